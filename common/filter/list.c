#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

struct tm_filter_list *tm_filter_list_new(struct tm_filter_list **all)
{
	struct tm_filter_list *const list = calloc(1, sizeof(*list));

	if (!list)
		return NULL;
	list->next = *all;
	*all = list;
	return list;
}

int tm_filter_list_add(struct tm_filter_list *list, const char *argument)
{
	char *const copy = strdup(argument);
	char **const longer = realloc(
			list->arguments, (list->count + 1) * sizeof(*longer));

	if (longer)
		list->arguments = longer;
	if (!copy || !longer) {
		free(copy);
		return -1;
	}
	list->arguments[list->count++] = copy;
	return 0;
}

static int list_fill(struct tm_filter_list *list, struct tm_networks *networks,
		char problem[TM_NETWORKS_PROBLEM])
{
	for (size_t i = 0; i < list->count; i++) {
		list->bad = list->arguments[i];
		if (tm_networks_add(networks, list->bad, problem))
			return -1;
	}
	list->bad = NULL;
	if (!tm_networks_build(networks))
		return 0;
	snprintf(problem, TM_NETWORKS_PROBLEM, "%s", strerror(errno));
	return -1;
}

int tm_filter_list_read(
		struct tm_filter_list *list, char problem[TM_NETWORKS_PROBLEM])
{
	struct tm_networks *const networks = tm_networks_new();

	if (!networks) {
		snprintf(problem, TM_NETWORKS_PROBLEM, "out of memory");
		return -1;
	}
	if (list_fill(list, networks, problem)) {
		tm_networks_free(networks);
		return -1;
	}
	tm_networks_free(list->networks);
	list->networks = networks;
	return 0;
}

bool tm_filter_list_has_files(const struct tm_filter_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (*list->arguments[i] == '@')
			return true;
	}
	return false;
}

bool tm_filter_list_has_stdin(const struct tm_filter_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!strcmp(list->arguments[i], "@-"))
			return true;
	}
	return false;
}

void tm_filter_list_free(struct tm_filter_list *all)
{
	struct tm_filter_list *next;

	for (; all; all = next) {
		next = all->next;
		while (all->count)
			free(all->arguments[--all->count]);
		free(all->arguments);
		tm_networks_free(all->networks);
		free(all);
	}
}
