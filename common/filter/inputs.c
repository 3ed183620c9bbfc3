#include <stdlib.h>
#include <string.h>

#include "inputs.h"

bool tm_sources_take(struct tm_sources *sources, const char *argument)
{
	if (strcmp(argument, "@-"))
		return true;
	if (sources->stdin_is_taken)
		return false;
	sources->stdin_is_taken = true;
	return true;
}

const char *tm_sources_pattern(struct tm_sources *sources, const char *text)
{
	const size_t size = strlen(text) + 1;
	struct tm_pattern *const pattern = malloc(sizeof(*pattern) + size);

	if (!pattern)
		return NULL;
	memcpy(pattern->text, text, size);
	pattern->next = sources->patterns;
	sources->patterns = pattern;
	return pattern->text;
}

void tm_filter_sources_free(struct tm_sources *sources)
{
	struct tm_pattern *next;

	tm_filter_list_free(sources->lists);
	tm_ids_free(sources->ids);
	tm_wanted_free(sources->wanted);
	tm_projects_free(sources->groups);
	tm_ports_free(sources->ports);
	for (; sources->patterns; sources->patterns = next) {
		next = sources->patterns->next;
		free(sources->patterns);
	}
}
