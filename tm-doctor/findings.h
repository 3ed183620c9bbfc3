/* What was found, a row for each thing that was looked at. */
#ifndef TM_DOCTOR_FINDINGS_H
#define TM_DOCTOR_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#define FINDINGS_MOST 256
#define FOUND_SIZE 384

enum finding_state {
	FINDING_OK,
	FINDING_NOTE,	 /* something here changes what is counted */
	FINDING_UNKNOWN, /* it could not be tried */
	FINDING_MISSING,
};

struct finding {
	const char *group;
	const char *name;
	enum finding_state state;
	bool is_needed; /* without it nothing is captured */
	char found[FOUND_SIZE];
	const char *cost; /* for tm-capture, "" = none */
	char fix[160];	  /* one line, "" = none is known */
};

struct findings {
	struct finding rows[FINDINGS_MOST];
	size_t count;
	const char *group; /* of the rows to come */
};

/* Adds a row and returns it, so that cost and fix can be filled in. A full
 * table keeps its last row for what comes. */
__attribute__((format(printf, 4, 5))) struct finding *finding_add(
		struct findings *table, const char *name,
		enum finding_state state, const char *format, ...);

__attribute__((format(printf, 3, 4))) void finding_fix(
		struct finding *row, const char *cost, const char *format, ...);

/* The row of that name, NULL where there is none. */
const struct finding *finding_find(
		const struct findings *table, const char *name);

/* Appends to a row's list of what was found, after ", ". */
void finding_append(struct finding *row, const char *text);

bool findings_can_capture(const struct findings *table);

/* Prints on standard output. With is_short only what is not ok. */
void findings_print(const struct findings *table, bool is_short);
void findings_print_json(const struct findings *table);

#endif
