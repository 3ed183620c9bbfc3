/* The lists, names and patterns that the questions of a filter refer to. */
#ifndef TM_FILTER_INPUTS_H
#define TM_FILTER_INPUTS_H

#include "list.h"
#include "named-ids.h"
#include "wanted.h"

struct tm_pattern {
	struct tm_pattern *next;
	char text[];
};

/* What expressions refer to, of all of them together. */
struct tm_sources {
	struct tm_filter_list *lists;
	struct tm_ids *ids;
	struct tm_wanted *wanted;
	struct tm_pattern *patterns;
	struct tm_names *names;
	struct tm_projects *projects; /* of a file; NULL = of groups, */
	struct tm_projects *groups;   /* if they are asked for */
	struct tm_ports *ports;	      /* if services are */
	uint64_t now_ns;
	bool has_names;	     /* ids, or anything else that NAME records tell */
	bool stdin_is_taken; /* standard input can be read once: as a list or as
				the events */
};

#define TM_STDIN_TAKEN "standard input can only be read once: name a file"

/* Whether this NETWORK or @FILE can be read. */
bool tm_sources_take(struct tm_sources *sources, const char *argument);

/* A copy of the text that lives as long as they; NULL when there is no memory.
 */
const char *tm_sources_pattern(struct tm_sources *sources, const char *text);

/* Frees everything except the names and the projects of a file, which belong to
 * the caller. */
void tm_filter_sources_free(struct tm_sources *sources);

#endif
