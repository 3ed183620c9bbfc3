#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "party.h"

enum { ALL, PEER, PARTY, LEVELS };

struct party {
	struct party *above; /* NULL of all */
	struct party *next;
	unsigned level, holders;
	size_t has[PARTY_SHARES];
	uint64_t worked_ns; /* compared with that of others, no time */
	char name[];
};

static const size_t most[LEVELS][PARTY_SHARES] = {
	[ALL] = { 512, PARTY_WORKERS_MOST, PARTY_STREAMS_MOST, 256 << 20 },
	[PEER] = { 256, 6, 128, 128 << 20 },
	[PARTY] = { 32, 4, 16, 64 << 20 },
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct party all = { .level = ALL };
static struct party *parties; /* and peers: those that are here now */

static struct party *party_find(const struct party *above, const char *name)
{
	struct party *party = parties;

	while (party && (party->above != above || strcmp(party->name, name)))
		party = party->next;
	return party;
}

static struct party *party_new(struct party *above, const char *name)
{
	const size_t size = strlen(name) + 1;
	struct party *const party = calloc(1, sizeof(*party) + size);

	if (!party)
		return NULL;
	memcpy(party->name, name, size);
	party->level = above->level + 1;
	party->above = above;
	above->holders++;
	party->next = parties;
	parties = party;
	return party;
}

struct party *party_enter(struct party *peer, const char *name)
{
	struct party *const above = peer ? peer : &all;
	struct party *party;

	pthread_mutex_lock(&lock);
	party = party_find(above, name);
	if (!party)
		party = party_new(above, name);
	if (party)
		party->holders++;
	pthread_mutex_unlock(&lock);
	return party;
}

struct party *party_hold(struct party *party)
{
	pthread_mutex_lock(&lock);
	party->holders++;
	pthread_mutex_unlock(&lock);
	return party;
}

static void party_free(struct party *party)
{
	struct party **at = &parties;

	while (*at != party)
		at = &(*at)->next;
	*at = party->next;
	free(party);
}

void party_leave(struct party *party)
{
	pthread_mutex_lock(&lock);
	while (party != &all && !--party->holders) {
		struct party *const above = party->above;

		party_free(party);
		party = above;
	}
	pthread_mutex_unlock(&lock);
}

bool party_has_room(const struct party *party, enum party_share share)
{
	bool has = true;

	pthread_mutex_lock(&lock);
	for (; party; party = party->above)
		has = has && party->has[share] < most[party->level][share];
	pthread_mutex_unlock(&lock);
	return has;
}

/* A party that was away has not saved up a claim: it starts level with the
 * party that has worked least. */
static void party_catch_up(struct party *party)
{
	uint64_t least_ns = UINT64_MAX;

	for (const struct party *other = parties; other; other = other->next) {
		if (other->above == party->above &&
				other->has[PARTY_QUESTIONS] &&
				other->worked_ns < least_ns)
			least_ns = other->worked_ns;
	}
	if (least_ns != UINT64_MAX && party->worked_ns < least_ns)
		party->worked_ns = least_ns;
}

void party_add(struct party *party, enum party_share share, size_t amount)
{
	pthread_mutex_lock(&lock);
	for (; party; party = party->above) {
		if (share == PARTY_QUESTIONS && !party->has[share])
			party_catch_up(party);
		party->has[share] += amount;
	}
	pthread_mutex_unlock(&lock);
}

void party_remove(struct party *party, enum party_share share, size_t amount)
{
	pthread_mutex_lock(&lock);
	for (; party; party = party->above)
		party->has[share] -= amount;
	pthread_mutex_unlock(&lock);
}

void party_worked(struct party *party, uint64_t ns)
{
	pthread_mutex_lock(&lock);
	for (; party; party = party->above)
		party->worked_ns += ns;
	pthread_mutex_unlock(&lock);
}

bool party_is_behind(const struct party *a, const struct party *b)
{
	bool is;

	pthread_mutex_lock(&lock);
	is = a->above == b->above ? a->worked_ns < b->worked_ns
				  : a->above->worked_ns < b->above->worked_ns;
	pthread_mutex_unlock(&lock);
	return is;
}
