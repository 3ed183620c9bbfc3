/* Fair shares: one viewer's requests do not keep other viewers waiting. A party
 * is a viewer as far as the server can tell them apart. It belongs to a peer,
 * the user or address that its connections come from. Parties, peers and the
 * server as a whole have limits. */
#ifndef TM_WEB_PARTY_H
#define TM_WEB_PARTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum party_share {
	PARTY_QUESTIONS, /* that wait for a worker, or have one */
	PARTY_WORKERS,
	PARTY_STREAMS,
	PARTY_BYTES, /* of answers that are being sent */
	PARTY_SHARES
};

#define PARTY_WORKERS_MOST 8
#define PARTY_STREAMS_MOST 256

struct party;

/* Returns the party of that name below a peer, or, if peer is NULL, the peer of
 * that name. The caller leaves it when done. NULL if there is no memory. */
struct party *party_enter(struct party *peer, const char *name);
struct party *party_hold(struct party *party);
void party_leave(struct party *party);

/* Whether the party, its peer and the server are all below their limits. */
bool party_has_room(const struct party *party, enum party_share share);

void party_add(struct party *party, enum party_share share, size_t amount);
void party_remove(struct party *party, enum party_share share, size_t amount);

/* Records how long the party had a worker. */
void party_worked(struct party *party, uint64_t ns);

/* Whether a has had less of the workers than b. Parties of different peers are
 * compared by their peers. */
bool party_is_behind(const struct party *a, const struct party *b);

#endif
