/* The commands of tm-store beside writing, each with its arguments from its
 * name on; they return an exit code. */
#ifndef TM_STORE_COMMANDS_H
#define TM_STORE_COMMANDS_H

#include "common/history/answer.h"
#include "common/tool/options.h"

int query_main(int argc, char **argv);
int job_main(int argc, char **argv);
int jobs_main(int argc, char **argv);
int prune_main(int argc, char **argv);
int quota_main(int argc, char **argv);

#define TABLE_ROWS 20	       /* unless --top says otherwise */
#define NUMBER_MOST (1u << 30) /* of --top and --offset */
#define HOURS_MOST 876000      /* a century */

/* What --since, --until and --hours ask for. */
struct asked_range {
	const char *since, *until; /* NULL = not given */
	uint64_t hours;		   /* 0 = not given */
};

extern const struct tm_tool store_tool, query_tool, job_tool, jobs_tool,
		prune_tool, quota_tool;

/* Opens the database or exits with a message. Unless quiet, notes if the time
 * zone of the history is not that of this machine. */
struct tm_history *open_or_exit(
		const char *path, enum tm_history_access access, bool is_quiet);

/* The database that --db names, otherwise the default. */
const char *find_database(const char *named);

/* "table", "csv", "json". */
enum tm_form parse_form(const struct tm_option *option, const char *name);

/* Writes an answer to standard output; its context is NULL. */
int write_out(void *context, const char *text, size_t size);

/* The user of that name or number, from the history or else from this machine.
 */
uint32_t find_user(struct tm_history *history, const char *option,
		const char *name);

/* A time by tm-words(7), in the zone of the history that is open. */
uint64_t argument_time(const char *option, const char *text);

/* Refuses what excludes each other, before the history is open. */
void argument_check_range(const struct asked_range *asked);

/* The times of the range; one that is not asked for stays as it is. */
void argument_range(const struct asked_range *asked, struct tm_history *history,
		uint64_t *from_ns, uint64_t *to_ns);

#endif
