/* Texts that expressions ask for: of the facts that names.h tells of the
 * process behind an event, such as its job. */
#ifndef TM_FILTER_WANTED_H
#define TM_FILTER_WANTED_H

#include "common/record/names.h"
#include "question.h"

enum tm_wanted_how {
	TM_WANTED_TEXT,
	TM_WANTED_PATTERN, /* as of fnmatch(3) */
	TM_WANTED_NONE,	   /* that there is no text */
	TM_WANTED_ANY
};

struct tm_wanted {
	struct tm_wanted *next;
	enum tm_fact fact;
	enum tm_wanted_how how;
	bool found; /* some event had it */
	struct tm_names *names;
	uint8_t *answers; /* by a text's number; enum tm_truth */
	uint32_t count;
	char *text; /* empty if none or any is wanted */
};

/* A new one, before the others. NULL if there is no memory. */
struct tm_wanted *tm_wanted_new(struct tm_wanted **all, enum tm_fact fact,
		enum tm_wanted_how how, const char *text,
		struct tm_names *names);

/* Whether that is wanted: the text of a fact, empty if there is none. */
bool tm_wanted_matches(const struct tm_wanted *wanted, const char *text);

/* The answer about an event. Undecided if it does not know the fact. */
enum tm_truth tm_wanted_answer(
		struct tm_wanted *wanted, const struct tm_event *event);

/* Whether so many texts have been seen that the numbers should begin anew. */
bool tm_wanted_are_many(const struct tm_wanted *all);

/* Forgets the numbers, after tm_names_renumber(). */
void tm_wanted_forget(struct tm_wanted *all);

void tm_wanted_free(struct tm_wanted *all);

#endif
