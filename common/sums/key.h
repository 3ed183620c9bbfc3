/* The keys, which are what traffic is told apart by: a row for each. Reports,
 * CSV columns, tm-top and the history take from this table which keys there
 * are, what they are called, what an event has of them and how that reads. */
#ifndef TM_SUMS_KEY_H
#define TM_SUMS_KEY_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/net/netnames.h"
#include "common/record/names.h"
#include "common/record/projects.h"
#include "ports.h"

enum tm_key_id {
	/* The history stores these, in the order of its tables' keys ... */
	TM_KEY_USER,
	TM_KEY_PROCESS,
	TM_KEY_REMOTE,
	TM_KEY_PROTOCOL,
	TM_KEY_INTERFACE,
	TM_KEY_WORKLOAD,
	TM_KEY_LOGIN,
	TM_KEY_COMMAND,
	TM_KEYS_STORED,
	/* ... and has these of each row. */
	TM_KEY_DIRECTION = TM_KEYS_STORED,
	TM_KEY_MINUTE,
	TM_KEY_HOUR,
	TM_KEY_DAY,
	TM_KEY_MONTH,
	TM_KEYS_HISTORY,
	TM_KEY_PID = TM_KEYS_HISTORY,
	TM_KEY_LOCAL,
	TM_KEY_NETWORK,
	TM_KEY_PORT,
	TM_KEY_LOCAL_PORT,
	TM_KEY_REMOTE_PORT,
	TM_KEY_CGROUP,
	TM_KEY_JOB,
	TM_KEY_STEP,
	TM_KEY_UNIT,
	TM_KEY_CONTAINER,
	TM_KEY_SESSION,
	TM_KEY_SERVICE,
	TM_KEY_HOST,
	TM_KEY_PROJECT,
	TM_KEY_BIN, /* a time of any length, as an option asks for it */
	TM_KEY_UID,
	TM_KEY_SOURCE_PORT,
	TM_KEY_DESTINATION_PORT,
	TM_KEY_ARGUMENTS,
	TM_KEYS
};

/* What a list of keys may be for. */
enum tm_key_use {
	TM_KEY_FOR_REPORT = 1 << 0,
	TM_KEY_FOR_CSV = 1 << 1,
	TM_KEY_FOR_HISTORY = 1 << 2,
	TM_KEY_FOR_TOP = 1 << 3,
};

/* Which events have the same value of a key, so that who keeps a row of them
 * need not look at each. */
enum tm_key_steady {
	TM_KEY_OF_EVENT, /* each may have another one */
	TM_KEY_OF_OWNER, /* those of an owner, until a NAME or START record */
	TM_KEY_OF_FLOW,	 /* those of an owner between the same two ends */
};

enum tm_key_type {
	TM_KEY_TEXT,
	TM_KEY_NUMBER,
	TM_KEY_TIME, /* this and the following: ns since the epoch */
	TM_KEY_TIME_HOUR,
	TM_KEY_TIME_DAY,
};

/* What values and their texts depend on. */
struct tm_key_sources {
	struct tm_names *names; /* NULL = no names but recorded ones */
	bool is_numeric;	/* numbers in place of names */
	bool is_by_name;	/* ids of one name are one value */
	bool is_by_host;	/* so that uids have each host's names */
	bool is_at_once;	/* values settle as they are extracted */
	uint64_t bin_ns;
	const struct tm_netnames *netnames; /* NULL = networks by prefix */
	struct tm_ports *ports; /* NULL = the service has the smaller port */
	struct tm_projects *projects; /* NULL = the recorded groups */
};

enum tm_label_sort {
	TM_LABEL_ABSENT,  /* it is not known */
	TM_LABEL_WORD,	  /* text is ours */
	TM_LABEL_NAME,	  /* text is a stranger's */
	TM_LABEL_UNNAMED, /* text is the number of what has no name */
	TM_LABEL_NUMBER,  /* the number only, or a time */
};

/* How a value reads. Do not copy it: text may lie within. */
struct tm_label {
	enum tm_label_sort sort;
	const char *text;
	uint64_t number;
	char room[64];
};

/* A value takes one word or two. By its words values are compared, hashed and
 * told apart. */
typedef void tm_key_extract_fn(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words);
typedef void tm_key_label_fn(const struct tm_key_sources *sources,
		const uint64_t *words, struct tm_label *label);

/* What a value is once all of the stream is known. */
typedef void tm_key_settle_fn(
		const struct tm_key_sources *sources, uint64_t *words);

struct tm_key {
	const char *name, *heading;
	uint8_t words;
	uint8_t uses; /* enum tm_key_use */
	enum tm_key_type type;
	tm_key_extract_fn *extract;
	tm_key_label_fn *label;
	uint64_t length_ns; /* of a time */
	uint8_t name_of;    /* enum tm_name_of; its words number these names */
	bool is_named;	    /* so that name_of counts */
	bool is_text;	    /* its word is a number of tm_names_text */
	bool is_id;	    /* a number that is_numeric shows as its digits */
	bool is_user;	    /* that number is a uid */
	bool is_owner;	    /* part of who an owner is */
	bool is_detail;	    /* a LOST record does not know it */
	bool is_path;	    /* to be cut at its beginning */
	tm_key_settle_fn *settle; /* NULL = a value stays as it is */
	enum tm_key_steady steady;
};

/* By enum tm_key_id. */
extern const struct tm_key tm_key_table[TM_KEYS];

/* The key of that name or of an older one, for that use; NULL where there is
 * none. */
const struct tm_key *tm_key_find(
		enum tm_key_use use, const char *name, size_t size);

#define TM_KEY_NAMES_SIZE (20 * TM_KEYS)

/* "user, process, ..." for messages; the function's own,
 * for this thread. */
const char *tm_key_names(enum tm_key_use use);

/* What holds its value in the history, and a user's number in data. */
static inline const char *tm_key_column(enum tm_key_id id)
{
	return tm_key_table[id == TM_KEY_USER ? TM_KEY_UID : id].name;
}

/* A user's label, by the name that is recorded or else by the sources'. */
void tm_key_label_user(const struct tm_key_sources *sources, uint32_t uid,
		const char *recorded, struct tm_label *label);

/* The name by which a value is sorted, where its key is_named or is_text. */
const char *tm_key_recorded_name(const struct tm_key *key,
		const struct tm_key_sources *sources, const uint64_t *words);

/* 16 bytes, of an address or a command, as two words in the same order. */
static inline void tm_key_words_of(uint64_t words[2], const void *bytes)
{
	memcpy(words, bytes, 16);
	words[0] = be64toh(words[0]);
	words[1] = be64toh(words[1]);
}

static inline void tm_key_bytes_of(const uint64_t words[2], void *bytes)
{
	const uint64_t big[2] = { htobe64(words[0]), htobe64(words[1]) };

	memcpy(bytes, big, 16);
}

#endif
