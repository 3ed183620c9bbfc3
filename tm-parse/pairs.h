/* Parses a line of text or JSON to an event. */
#ifndef TM_PARSE_PAIRS_H
#define TM_PARSE_PAIRS_H

#include <stdbool.h>

#include "common/record/event.h"
#include "common/record/fields.h"

#define PROBLEM_SIZE 256

struct problem {
	const char *at; /* in the line */
	char text[PROBLEM_SIZE];
};

/* How a value was written. */
enum shape {
	SHAPE_NUMBER, /* JSON: a number */
	SHAPE_STRING, /* JSON: a string */
	SHAPE_BARE,   /* text: a word, which may be a number */
	SHAPE_QUOTED, /* text: a word in quotes */
};

struct slice {
	const char *at; /* its place in the line, for messages */
	char *text;	/* without escapes */
	size_t length;
};

struct pair {
	struct slice key, value;
	enum shape shape;
};

struct pairs {
	struct pair list[TM_FIELDS_MAX];
	unsigned count;
	struct problem *problem;
};

/* Records what is wrong and where; returns -1. */
__attribute__((format(printf, 3, 4))) int problem_set(struct problem *problem,
		const char *at, const char *format, ...);

/* A new pair; NULL, and a problem, if there are too many. */
struct pair *pair_add(struct pairs *pairs, const char *at);

/* Scan a line, which has a NUL after its end, and undo escapes in place. 0, or
 * -1 with a problem. */
int scan_json(struct pairs *pairs, char *line, char *end);
int scan_text(struct pairs *pairs, char *line, char *end);

/* Assembles the event from the pairs. */
int assemble(struct tm_event *event, const struct pairs *pairs);

#endif
