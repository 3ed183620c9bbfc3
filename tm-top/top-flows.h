/* All that moved, in bounded memory: a row for each owner, connection and
 * interface. Lists are made of these rows, by any of the keys.
 *
 * Most keys can be taken from what identifies a row. The two other kinds are
 * kept with it: the words of keys that each event may have others of, and the
 * facts that the names tell of an owner, which last until they tell others.
 *
 * When there is no room for another row, those that have been idle longest
 * become less exact: first without their ports, then without their remotes,
 * their processes, the jobs and other facts of these, at last without their
 * users. So all sums stay exact that can be made of what is still known. */
#ifndef TM_TOP_TOP_FLOWS_H
#define TM_TOP_TOP_FLOWS_H

#include "common/sums/keys.h"
#include "common/sums/sums.h"
#include "rate.h"

enum flow_known {
	KNOWS_ALL,
	KNOWS_REMOTE, /* and its owner */
	KNOWS_OWNER,
	KNOWS_FACTS, /* and the cgroup and user of its owner */
	KNOWS_USER,
	KNOWS_NOTHING
};

/* What events of a flow have in common, as seen from this host. It is the key
 * of a row, together with the words of the keys of events. */
struct top_flow {
	uint32_t kind : 1;   /* TM_TRAFFIC or TM_LOST */
	uint32_t known : 3;  /* enum flow_known */
	uint32_t facts : 20; /* of its owner, +1; 0 = those that hold now */
	uint32_t protocol : 8;
	uint32_t uid, pid, ifindex, netns;
	uint16_t local_port, remote_port;
	uint8_t local[16], remote[16];
	char process[TM_COMM_SIZE];
	uint64_t cgroup_id;
};

_Static_assert(sizeof(struct top_flow) == 80, "ten words");

/* The whole key of a row. */
struct top_flow_key {
	struct top_flow flow;
	uint64_t words[TM_KEY_WORDS]; /* of the keys of events */
};

#define FLOW_WORDS (sizeof(struct top_flow) / sizeof(uint64_t))
#define FLOW_FACTS_MOST ((1u << 20) - 1) /* different ones */
#define FLOW_LISTS 2			 /* that a flow may have its place in */
#define FLOW_UNPLACED (TM_SUMS_NONE - 2)

/* What is kept beside a row's sum. */
struct flow_state {
	uint32_t places[FLOW_LISTS];
	uint32_t facts;	  /* of its owner */
	uint32_t changes; /* of the names, when these facts were true */
	uint16_t flags;	  /* of its events, enum tm_flag */
	struct rate rate;
};

/* The keys that cannot be taken from a struct top_flow. */
struct flow_keys {
	struct tm_keys of_event, of_owner;
	uint32_t changes; /* of the names so far */
};

/* Owners have more flows than one: what was found out of the latest ones. */
#define FLOW_OWNERS 4096
struct flow_owner {
	uint32_t uid, pid;
	uint64_t cgroup_id;
	uint32_t changes;
	uint32_t facts; /* +1; 0 = nothing is here */
};

struct flows {
	const struct flow_keys *keys;
	struct tm_sums sums;
	struct tm_sums facts; /* rows are the words of keys of owners */
	struct flow_owner owners[FLOW_OWNERS];
	uint32_t max_rows;
	bool has_folded; /* since this was last cleared: rows have new
			    numbers */
};

#define FLOWS_LEAST 64 /* of max_rows */
void flows_start(struct flows *flows, const struct flow_keys *keys,
		uint32_t max_rows);

/* The row of an event, or TM_SUMS_NONE if there is no memory. */
uint32_t flows_row(struct flows *flows, const struct tm_event *event,
		bool *is_new);

/* The same if the names have changed since that row's latest event, which may
 * make it another owner's. */
uint32_t flows_review(struct flows *flows, uint32_t row,
		const struct tm_event *event, bool *is_new);

static inline const struct top_flow *flows_key(
		const struct flows *flows, uint32_t row)
{
	return (const void *)tm_sums_key(&flows->sums, row);
}

static inline struct flow_state *flows_state(
		const struct flows *flows, uint32_t row)
{
	return tm_sums_beside(&flows->sums, row);
}

static inline bool flows_have_facts(const struct flows *flows)
{
	return flows->keys->of_owner.count;
}

/* What a row has of these keys. */
void flows_extract(const struct flows *flows, uint32_t row,
		const struct tm_keys *keys, uint64_t *words);

/* Whether any flow has a value of the key. */
bool flows_know(const struct flows *flows, enum tm_key_id id);

/* Whether it is known what the flow has of these keys. */
bool flow_has_keys(const struct top_flow *flow, const struct tm_keys *keys);

/* Totals are 0 again; the latest slots stay. */
void flows_reset(struct flows *flows);

/* 0, or -1 if there is no memory. */
int flows_copy(struct flows *to, const struct flows *from);

void flows_free(struct flows *flows);

#endif
