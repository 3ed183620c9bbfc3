/* What can be asked of one event: the leaves of an expression. */
#ifndef TM_FILTER_QUESTION_H
#define TM_FILTER_QUESTION_H

#include <stdint.h>

enum tm_test {
	TM_TEST_KIND, /* a field within low to high, as all to TM_TEST_SINCE */
	TM_TEST_DIRECTION,
	TM_TEST_UID,
	TM_TEST_PID,
	TM_TEST_CGROUP,
	TM_TEST_IFINDEX,
	TM_TEST_PROTOCOL,
	TM_TEST_BYTES,
	TM_TEST_PACKETS,
	TM_TEST_PORT,
	TM_TEST_LOOPBACK,
	TM_TEST_SINCE,
	TM_TEST_UNTIL, /* begins before low */
	TM_TEST_COMM,
	TM_TEST_PROCESS_PATTERN,
	TM_TEST_HOST,
	TM_TEST_NET,
	TM_TEST_USER_NAME,
	TM_TEST_INTERFACE_NAME,
	TM_TEST_CGROUP_NAME,
	TM_TEST_LOGIN, /* the uid of the login within low to high */
	TM_TEST_LOGIN_NAME,
	TM_TEST_FACT,
	TM_TEST_SERVICE,
};

enum tm_truth { TM_FALSE, TM_TRUE, TM_UNDECIDED };

/* The ends of the event to which a port, host or network applies. The local end
 * is the destination of inbound and the source of outbound traffic. */
enum tm_ends {
	TM_EITHER,
	TM_SOURCE,
	TM_DESTINATION,
	TM_BOTH,
	TM_LOCAL,
	TM_REMOTE
};

struct tm_question {
	uint8_t test;
	uint8_t ends;
	union {
		struct {
			uint64_t low, high;
		};
		uint8_t address[16];
		char comm[16]; /* all 16 = cut */
		const struct tm_filter_list *list;
		const struct tm_ids *ids;
		const char *pattern;
		struct tm_wanted *wanted;
	};
};

#endif
