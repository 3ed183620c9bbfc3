#include <string.h>

#include "common/record/words.h"
#include "key-functions.h"

/* Ids of one name are one value, and an id that another host gave another name
 * is another one: the number of the text, which no id equals. */
#define TEXT_NUMBER (UINT64_C(0x80000000) << 32)

static bool is_text_number(uint64_t word)
{
	return (word & ~(uint64_t)UINT32_MAX) == TEXT_NUMBER;
}

static uint64_t key_number(const struct tm_key_sources *sources,
		enum tm_name_of of, uint64_t id)
{
	const uint32_t number = sources->is_by_name
			? tm_names_recorded_number(sources->names, of, id)
			: 0;

	return number && number != TM_FACT_OTHERS ? TEXT_NUMBER | number : id;
}

static const char *recorded_name(const struct tm_key_sources *sources,
		enum tm_name_of of, bool is_text, const uint64_t *words)
{
	if (!sources->names)
		return NULL;
	if (is_text || (sources->is_by_name && is_text_number(*words)))
		return tm_names_text(sources->names, (uint32_t)*words);
	return sources->is_numeric
			? NULL
			: tm_names_recorded(sources->names, of, *words);
}

const char *tm_key_recorded_name(const struct tm_key *key,
		const struct tm_key_sources *sources, const uint64_t *words)
{
	return recorded_name(sources, key->name_of, key->is_text, words);
}

/* A name that came after its id. */
void tm_key_settle_cgroup(const struct tm_key_sources *sources, uint64_t *words)
{
	if (!is_text_number(*words))
		*words = key_number(sources, TM_NAME_CGROUP, *words);
}

void tm_key_settle_interface(
		const struct tm_key_sources *sources, uint64_t *words)
{
	if (!is_text_number(*words))
		*words = key_number(sources, TM_NAME_INTERFACE, *words);
}

void tm_key_extract_cgroup(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	*words = key_number(sources, TM_NAME_CGROUP, event->cgroup_id);
}

/* Whether the id has a name, which is its label. */
static bool label_recorded(struct tm_label *label, enum tm_name_of of,
		const struct tm_key_sources *sources, const uint64_t *words)
{
	const char *const name = recorded_name(sources, of, false, words);

	if (name)
		tm_label_set(label, *name ? TM_LABEL_NAME : TM_LABEL_ABSENT,
				name);
	return name;
}

void tm_key_label_cgroup(const struct tm_key_sources *sources,
		const uint64_t *words, struct tm_label *label)
{
	if (!label_recorded(label, TM_NAME_CGROUP, sources, words))
		tm_label_digits(label, *words ? TM_LABEL_WORD : TM_LABEL_ABSENT,
				*words);
}

void tm_key_extract_interface(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	*words = key_number(sources, TM_NAME_INTERFACE,
			(uint64_t)event->netns << 32 | event->ifindex);
}

void tm_key_label_interface(const struct tm_key_sources *sources,
		const uint64_t *words, struct tm_label *label)
{
	const uint32_t netns = *words >> 32, ifindex = *words;
	char *end;

	if (label_recorded(label, TM_NAME_INTERFACE, sources, words))
		return;
	tm_label_digits(label, ifindex ? TM_LABEL_WORD : TM_LABEL_ABSENT,
			ifindex);
	if (!netns)
		return;
	end = label->room + strlen(label->room);
	*end++ = '@';
	*tm_number_format(end, netns) = '\0';
}

void tm_key_label_user(const struct tm_key_sources *sources, uint32_t uid,
		const char *recorded, struct tm_label *label)
{
	const char *name = recorded;

	if (uid == TM_NOBODY) {
		tm_label_set(label, TM_LABEL_WORD, TM_WORD_NONE);
		return;
	}
	if (sources->is_numeric) {
		tm_label_digits(label, TM_LABEL_WORD, uid);
		return;
	}
	if (!name && sources->names)
		name = tm_names_user(sources->names, uid);
	if (name)
		tm_label_set(label, TM_LABEL_NAME, name);
	else
		tm_label_digits(label, TM_LABEL_UNNAMED, uid);
}

/* By host, a user also has the number of the name that the host recorded. */
uint64_t tm_key_uid(const struct tm_key_sources *sources, uint32_t uid)
{
	uint32_t number;

	if (!sources->is_by_host || uid == TM_NOBODY)
		return uid;
	number = tm_names_recorded_number(sources->names, TM_NAME_USER, uid);
	if (!number && !tm_names_are_here(sources->names))
		number = TM_FACT_OTHERS;
	return (uint64_t)number << 32 | uid;
}

void tm_key_label_uid(const struct tm_key_sources *sources,
		const uint64_t *words, struct tm_label *label)
{
	const uint32_t uid = *words, number = *words >> 32;

	if (number == TM_FACT_OTHERS)
		tm_label_digits(label, TM_LABEL_UNNAMED, uid);
	else
		tm_key_label_user(sources, uid,
				number ? tm_names_text(sources->names, number)
				       : NULL,
				label);
}
