/* What was asked, and the answer to it. */
#ifndef TM_WEB_REQUEST_H
#define TM_WEB_REQUEST_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/text.h"
#include "party.h"

#define REQUEST_TARGET_MOST 4096
#define REQUEST_PARAMETERS_MOST 32

struct parameter {
	const char *name;
	const char *value;
};

/* Whose rows may be seen. */
struct viewer {
	bool is_bound; /* to the user's own rows */
	uint32_t uid;
	char name[256]; /* "" = not asked for */
};

#define ANSWER_MOST ((size_t)64 << 20) /* bytes */

struct answer {
	unsigned status; /* of HTTP */
	const char *type;
	const char *file_name; /* for a download, or NULL */
	struct tm_text text;
	char problem[512]; /* in the place of a text; "" = there is none */
};

struct request {
	struct MHD_Connection *connection;
	struct client *client; /* of connections.h */
	struct party *party;   /* whose share it takes */
	uint64_t start_ns;     /* CLOCK_MONOTONIC */
	bool is_begun, is_done;
	bool is_old;	 /* HTTP/1.0, which has no Host */
	char *target;	 /* as it was sent, without what is beyond the limit */
	char *authority; /* of an absolute target; NULL where it is a path */
	const char *target_end; /* where the library has it; not to be read */
	char *decoded;
	const char *path;
	struct parameter parameters[REQUEST_PARAMETERS_MOST];
	unsigned parameter_count;
	unsigned flaw; /* the status that answers a broken target, or 0 */
	struct viewer viewer;
	const struct route *route;
	struct answer answer;
	struct request *next; /* in the queue of the workers */
	struct value *values; /* of headers, that were cut to size */
};

/* NULL when there is no memory. */
struct request *request_new(const char *target);
void request_free(struct request *request);

/* The parameter's value, or NULL. */
const char *request_parameter(const struct request *request, const char *name);

/* The header's value, without blanks around it, where it is there once, else
 * NULL; whether it is there more than once. */
const char *request_header(
		struct request *request, const char *name, bool *is_repeated);

/* An error, as one line for people; the answer so far is dropped. */
void answer_error(struct answer *answer, unsigned status, const char *format,
		...) __attribute__((format(printf, 3, 4)));

#endif
