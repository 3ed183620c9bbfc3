/* Asks this machine for the names of users in a thread of its own, because a
 * name service may be slow or hang and a stream must not wait for it. All
 * functions belong to one thread, the caller's. */
#ifndef TM_RECORD_RESOLVER_H
#define TM_RECORD_RESOLVER_H

#include <stdbool.h>
#include <stdint.h>

struct tm_resolver;

struct tm_answer {
	uint32_t uid;
	char *name;    /* to be freed; NULL = the user has none ... */
	bool is_error; /* ... or the name service failed */
	char *group;   /* to be freed; the primary one's, NULL = not known */
};

/* With groups, looks up the user's primary group too. NULL and errno when there
 * is no memory or no thread. */
struct tm_resolver *tm_resolver_new(bool has_groups);

/* False while too many questions are open. */
bool tm_resolver_ask(struct tm_resolver *resolver, uint32_t uid);

/* The next answer, waited for up to a time of CLOCK_MONOTONIC; 0 = take only
 * what is there. */
bool tm_resolver_take(struct tm_resolver *resolver, uint64_t deadline_ns,
		struct tm_answer *answer);

/* Does not wait for a question that is still open. */
void tm_resolver_free(struct tm_resolver *resolver);

#endif
