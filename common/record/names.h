/* Names of users, interfaces, cgroups and processes: those that a recording
 * brings in its NAME records first, then, for users, this machine's, as users.h
 * has them.
 * This machine is asked only if the numbers are its own: those of another one,
 * or of a part of a recording that does not say, have no names here. */
#ifndef TM_RECORD_NAMES_H
#define TM_RECORD_NAMES_H

#include <stdbool.h>

#include "event.h"
#include "name-table.h"

struct tm_names;

/* What is known of the process behind an event beside what the event holds. */
enum tm_fact {
	/* by the path of its cgroup, as workload.h has them */
	TM_FACT_JOB,
	TM_FACT_STEP, /* with its job: "slurm/4711.0" */
	TM_FACT_UNIT,
	TM_FACT_CONTAINER,
	TM_FACT_SESSION,  /* or else the login's */
	TM_FACT_WORKLOAD, /* the container, or else the unit */
	TM_FACT_COMMAND,  /* the path of its executable */
	TM_FACT_GROUP,	  /* its user's primary group, as recorded */
	TM_FACT_HOST,	  /* the machine that metered it */
	TM_FACTS
};

/* In place of a number: a text that is known but did not fit the limits. */
#define TM_FACT_OTHERS UINT32_MAX

/* NULL when there is no memory. */
struct tm_names *tm_names_new(void);

/* Remembers a NAME record, and from a START whether the stream is from this
 * machine; other kinds are passed over. A later text of the
 * same id replaces the earlier one. Parts out of their order are passed over,
 * and so is what is beyond a million ids of a sort or 64 MiB of their texts:
 * their ids have no recorded name. Of processes, the 262,144 seen last keep
 * theirs at least, until the next START. 0, or -1 and errno. */
int tm_names_note(struct tm_names *names, const struct tm_event *event);

/* The text that NAME records gave this id, or NULL. */
const char *tm_names_recorded(
		struct tm_names *names, enum tm_name_of of, uint64_t id);

/* The number of the text that NAME records gave this id, as tm_names_fact has
 * it; of a user only if that was in the current run. */
uint32_t tm_names_recorded_number(
		struct tm_names *names, enum tm_name_of of, uint64_t id);

/* The fact about an event that follows the records noted so far: the number of
 * its text, 0 if it has none, or TM_FACT_OTHERS. Equal texts have equal
 * numbers, whatever happens to their ids. Ids count within their run only. */
uint32_t tm_names_fact(struct tm_names *names, enum tm_fact fact,
		const struct tm_event *event);

/* The number that facts with this text have. */
uint32_t tm_names_number(struct tm_names *names, const char *text);

/* The text of a fact's number, which stays until tm_names_renumber; NULL for 0
 * and TM_FACT_OTHERS. It is as hostile as any name. */
const char *tm_names_text(const struct tm_names *names, uint32_t number);

/* Forgets the texts of facts: the numbers given so far mean nothing from now
 * on. For a tool that runs for years, between two batches. */
void tm_names_renumber(struct tm_names *names);

/* The user that logged in, whoever became of them by su or sudo; TM_NOBODY
 * where there is none or it is not known. */
uint32_t tm_names_login(struct tm_names *names, const struct tm_event *event);

/* The next id (not of a process) that was recorded and its text, false behind
 * the last; *step is 0 before the first. */
bool tm_names_next(const struct tm_names *names, enum tm_name_of of,
		size_t *step, uint64_t *id, const char **text);

/* Whether the numbers are of this machine's users. */
bool tm_names_are_here(const struct tm_names *names);

/* The user's name: recorded, else this machine's; "none" for TM_NOBODY; NULL
 * where there is none or the answer is not there yet. The text stays until the
 * next tm_names_note or tm_names_refresh. It is as hostile as the name service:
 * escape it. */
const char *tm_names_user(struct tm_names *names, uint32_t uid);

/* Has this machine asked for a name that will be wanted later. Never waits. */
void tm_names_expect(struct tm_names *names, uint32_t uid);

/* For a tool that goes on: with each block or second, so that names that have
 * grown old are asked for again when they are next used. Whether one of this
 * machine's has changed since the last call. Never waits. */
bool tm_names_refresh(struct tm_names *names);

/* For when the stream has ended: waits for the answers that are still due, as
 * tm_users_settle. */
void tm_names_settle(struct tm_names *names);

/* The id of the user of that name: recorded, else this machine's. Waits for
 * the name service. */
bool tm_names_find_user(
		struct tm_names *names, const char *name, uint32_t *uid);

void tm_names_free(struct tm_names *names);

/* Writes the NAME records of a text, at most max and TM_NAME_PARTS of them;
 * what is too long is cut between two characters. How many they are. */
size_t tm_name_records(struct tm_event *out, size_t max, enum tm_name_of of,
		uint64_t id, uint64_t time_ns, const char *text);

#endif
