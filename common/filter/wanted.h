/* Texts that expressions ask for: of the facts that names.h tells of the
 * process behind an event, such as its job, and of its service and project. */
#ifndef TM_FILTER_WANTED_H
#define TM_FILTER_WANTED_H

#include "common/base/index.h"
#include "common/record/names.h"
#include "common/record/projects.h"
#include "common/sums/ports.h"
#include "question.h"

/* What can be asked for beside the facts: enum tm_fact goes on. */
enum { TM_WANTED_SERVICE = TM_FACTS, TM_WANTED_PROJECT, TM_WANTED_FACTS };

enum tm_wanted_how {
	TM_WANTED_TEXT,
	TM_WANTED_PATTERN, /* as of fnmatch(3) */
	TM_WANTED_NONE,	   /* that there is no text */
	TM_WANTED_ANY
};

/* What answers depend on. They belong to the caller. */
struct tm_wanted_sources {
	struct tm_names *names;
	struct tm_projects *projects; /* if a project is wanted */
	struct tm_ports *ports;	      /* if a service is */
};

struct tm_wanted {
	struct tm_wanted *next;
	uint8_t fact; /* enum tm_fact or one of those above */
	enum tm_wanted_how how;
	bool found; /* some event had it */
	struct tm_wanted_sources sources;
	struct tm_index services; /* port and protocol, which have no number */
	uint8_t *answers;	  /* by number; enum tm_truth */
	uint32_t count;
	char *text; /* empty if none or any is wanted */
};

/* A new one, before the others. NULL if there is no memory. */
struct tm_wanted *tm_wanted_new(struct tm_wanted **all, uint8_t fact,
		enum tm_wanted_how how, const char *text,
		const struct tm_wanted_sources *sources);

/* Whether that is wanted: the text of a fact, empty if there is none. */
bool tm_wanted_matches(const struct tm_wanted *wanted, const char *text);

/* The answer about an event. Undecided if it does not know the fact. */
enum tm_truth tm_wanted_answer(
		struct tm_wanted *wanted, const struct tm_event *event);

/* The same of a service, as far as the ports are known by now. It is its name
 * or number, each alone or with its protocol: 8443/tcp. */
enum tm_truth tm_wanted_service_answer(
		struct tm_wanted *wanted, const struct tm_event *event);

bool tm_wanted_has_project(const struct tm_wanted *all);

/* Whether so many texts have been seen that it is time for tm_names_renumber().
 */
bool tm_wanted_are_many(const struct tm_wanted *all);

/* Forgets the numbers, after tm_names_renumber(). */
void tm_wanted_forget(struct tm_wanted *all);

void tm_wanted_free(struct tm_wanted *all);

#endif
