/* The traits of an event that questions are about, and the values that they can
 * have, as far as the questions of one expression tell them apart. For never.c
 * only. */
#ifndef TM_FILTER_TRAITS_H
#define TM_FILTER_TRAITS_H

#include <stdbool.h>
#include <stddef.h>

#include "expression.h"

#define TM_TRAIT_PATTERNS 32

/* No two depend on each other, except that without a user or a login there is
 * no name of one. */
enum tm_trait_of {
	TM_TRAIT_KIND,
	TM_TRAIT_DIRECTION,
	TM_TRAIT_UID,
	TM_TRAIT_PID,
	TM_TRAIT_CGROUP,
	TM_TRAIT_IFINDEX,
	TM_TRAIT_PROTOCOL,
	TM_TRAIT_BYTES,
	TM_TRAIT_PACKETS,
	TM_TRAIT_LOOPBACK,
	TM_TRAIT_SOURCE_PORT,
	TM_TRAIT_DESTINATION_PORT,
	TM_TRAIT_LOGIN,
	TM_TRAIT_TIME,
	TM_TRAIT_SOURCE,
	TM_TRAIT_DESTINATION,
	TM_TRAIT_USER_NAME,
	TM_TRAIT_INTERFACE_NAME,
	TM_TRAIT_CGROUP_NAME,
	TM_TRAIT_LOGIN_NAME,
	TM_TRAIT_PROCESS,
	TM_TRAIT_FACT, /* by what struct tm_wanted calls a fact */
	/* whether a text that is none of the expression's matches a pattern */
	TM_TRAIT_PATTERN = TM_TRAIT_FACT + TM_WANTED_FACTS,
	TM_TRAITS = TM_TRAIT_PATTERN + TM_TRAIT_PATTERNS
};

/* One value of those between which no question decides. */
union tm_trait_value {
	uint64_t number;
	struct {
		uint64_t end_ns, begin_ns;
	};
	uint8_t address[16];
	const char *text; /* NULL = no text of the expression */
};

struct tm_trait {
	union tm_trait_value *values;
	size_t count, room;
	const union tm_trait_value *chosen; /* NULL = any */
};

struct tm_traits {
	struct tm_trait all[TM_TRAITS];
	struct {
		const char *text;
		enum tm_trait_of of;
	} patterns[TM_TRAIT_PATTERNS];
	size_t pattern_count;
	int open;	  /* a trait that the last answer depends on */
	bool is_too_much; /* memory or patience does not suffice */
};

/* Adds the values that the question tells apart. */
void tm_traits_learn(
		struct tm_traits *traits, const struct tm_question *question);

/* The answer by what is chosen. If that does not decide it, traits->open is a
 * trait to choose. */
enum tm_truth tm_traits_answer(
		struct tm_traits *traits, const struct tm_question *question);

/* Chooses a value. False if no event has it together with those chosen. */
bool tm_traits_choose(struct tm_traits *traits, int trait, size_t value);

void tm_traits_free(struct tm_traits *traits);

/* For the files of traits. */
void tm_trait_add(struct tm_traits *traits, enum tm_trait_of of,
		union tm_trait_value value);
enum tm_truth tm_trait_open(struct tm_traits *traits, int trait);
void tm_trait_texts_learn(struct tm_traits *traits, enum tm_trait_of of,
		const struct tm_question *question);
enum tm_truth tm_trait_text_answer(struct tm_traits *traits,
		enum tm_trait_of of, const struct tm_question *question,
		const char *text);
bool tm_trait_pattern_can_hold(const struct tm_traits *traits, int trait);

#endif
