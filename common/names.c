#include "names.h"

#include "index.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct table {
	struct tm_index index;
	char **texts; /* by number; NULL = known to have none */
};

struct tm_names {
	struct table recorded[TM_NAME_CGROUP + 1];
	struct table users; /* this machine's */
};

struct tm_names *tm_names_new(void)
{
	return calloc(1, sizeof(struct tm_names));
}

/* Where the text of id stands; NULL when there is no memory. */
static char **text_of(struct table *table, uint64_t id)
{
	const uint32_t count = table->index.count;
	const uint32_t number = tm_index_add(&table->index, id);
	char **texts;

	if (number == TM_INDEX_NONE)
		return NULL;
	if (number == count && !(count & (count - 1))) {
		texts = realloc(
			table->texts, (count ? 2 * count : 1) * sizeof(*texts));
		if (!texts)
			return NULL;
		table->texts = texts;
	}
	if (number == count)
		table->texts[number] = NULL;
	return &table->texts[number];
}

int tm_names_note(struct tm_names *names, const struct tm_event *event)
{
	const struct tm_name *name = (const void *)event;
	char **text, *longer;
	size_t held, more;

	if (event->kind != TM_NAME || name->of > TM_NAME_CGROUP)
		return 0;
	text = text_of(&names->recorded[name->of], name->id);
	if (!text)
		return -1;
	held = *text && name->part ? strlen(*text) : 0;
	more = strnlen(name->text, TM_NAME_SIZE);
	longer = realloc(*text, held + more + 1);
	if (!longer)
		return -1;
	memcpy(longer + held, name->text, more);
	longer[held + more] = '\0';
	*text = longer;
	return 0;
}

const char *tm_names_recorded(
	struct tm_names *names, enum tm_name_of of, uint64_t id)
{
	const struct table *table = &names->recorded[of];
	const uint32_t number = tm_index_find(&table->index, id);

	return number == TM_INDEX_NONE ? NULL : table->texts[number];
}

static char *ask(uint32_t uid)
{
	struct passwd user, *found;
	size_t size = 1024;
	char *buffer = NULL, *bigger, *name = NULL;
	int error;

	do {
		size *= 2;
		bigger = realloc(buffer, size);
		if (!bigger)
			break;
		buffer = bigger;
		error = getpwuid_r(uid, &user, buffer, size, &found);
		if (!error && found)
			name = strdup(user.pw_name);
	} while (error == ERANGE && size < (1 << 20));
	free(buffer);
	return name;
}

const char *tm_names_user(struct tm_names *names, uint32_t uid)
{
	const uint32_t count = names->users.index.count;
	const char *recorded;
	char **text;

	if (uid == TM_NOBODY)
		return "none";
	recorded = tm_names_recorded(names, TM_NAME_USER, uid);
	if (recorded)
		return recorded;
	text = text_of(&names->users, uid);
	if (text && count != names->users.index.count)
		*text = ask(uid);
	return text ? *text : NULL;
}

bool tm_names_find_user(struct tm_names *names, const char *name, uint32_t *uid)
{
	const struct table *table = &names->recorded[TM_NAME_USER];
	const struct passwd *user;

	for (size_t i = 0; table->index.slots && i >> table->index.bits == 0;
		i++) {
		const struct tm_index_slot *slot = &table->index.slots[i];

		if (slot->number == TM_INDEX_NONE ||
			!table->texts[slot->number] ||
			strcmp(table->texts[slot->number], name))
			continue;
		*uid = slot->key;
		return true;
	}
	user = getpwnam(name);
	if (user)
		*uid = user->pw_uid;
	return user;
}

static void free_table(struct table *table)
{
	for (uint32_t i = 0; i < table->index.count; i++)
		free(table->texts[i]);
	free(table->texts);
	tm_index_free(&table->index);
}

void tm_names_free(struct tm_names *names)
{
	if (!names)
		return;
	for (size_t i = 0; i <= TM_NAME_CGROUP; i++)
		free_table(&names->recorded[i]);
	free_table(&names->users);
	free(names);
}
