#include "common/record/projects.h"
#include "common/record/words.h"
#include "key-functions.h"

static uint64_t key_fact(const struct tm_key_sources *sources,
		enum tm_fact fact, const struct tm_event *event)
{
	return sources->names ? tm_names_fact(sources->names, fact, event) : 0;
}

void tm_key_extract_job(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	*words = key_fact(sources, TM_FACT_JOB, event);
}

void tm_key_extract_step(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	*words = key_fact(sources, TM_FACT_STEP, event);
}

void tm_key_extract_unit(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	*words = key_fact(sources, TM_FACT_UNIT, event);
}

void tm_key_extract_container(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	*words = key_fact(sources, TM_FACT_CONTAINER, event);
}

void tm_key_extract_session(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	*words = key_fact(sources, TM_FACT_SESSION, event);
}

void tm_key_extract_workload(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	*words = key_fact(sources, TM_FACT_WORKLOAD, event);
}

void tm_key_extract_command(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	*words = key_fact(sources, TM_FACT_COMMAND, event);
}

void tm_key_extract_host(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	*words = key_fact(sources, TM_FACT_HOST, event);
}

void tm_key_extract_project(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	*words = sources->projects ? tm_projects_find(sources->projects,
						     sources->names, event)
				   : key_fact(sources, TM_FACT_GROUP, event);
}

void tm_key_label_fact(const struct tm_key_sources *sources,
		const uint64_t *words, struct tm_label *label)
{
	const char *const text = sources->names
			? tm_names_text(sources->names, *words)
			: NULL;

	if (*words == TM_FACT_OTHERS)
		tm_label_set(label, TM_LABEL_WORD, TM_WORD_OTHERS);
	else
		tm_label_set(label, text ? TM_LABEL_NAME : TM_LABEL_ABSENT,
				text);
}

void tm_key_extract_login(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	*words = sources->names
			? tm_key_uid(sources,
					  tm_names_login(sources->names, event))
			: TM_NOBODY;
}

/* Data have no number beside it. */
void tm_key_label_login(const struct tm_key_sources *sources,
		const uint64_t *words, struct tm_label *label)
{
	tm_key_label_uid(sources, words, label);
	if (*words == TM_NOBODY)
		label->sort = TM_LABEL_ABSENT;
	else if (label->sort == TM_LABEL_UNNAMED)
		label->sort = TM_LABEL_WORD;
}

void tm_key_label_arguments(const struct tm_key_sources *sources,
		const uint64_t *words, struct tm_label *label)
{
	const char *const text = sources->names && *words
			? tm_names_recorded(sources->names, TM_NAME_ARGUMENTS,
					  *words)
			: NULL;

	tm_label_set(label, text ? TM_LABEL_NAME : TM_LABEL_ABSENT, text);
}
