/* Fair shares: nobody's requests keep those of others waiting. A party is who
 * asks, as far as can be told, below the peer that its connections come from,
 * below all. Each level may have so much at a time. */
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

/* The party of that name, below a peer; the peer of that name for NULL. To be
 * left. NULL without memory. */
struct party *party_enter(struct party *peer, const char *name);
struct party *party_hold(struct party *party);
void party_leave(struct party *party);

/* Whether it and those above it may have more. */
bool party_has_room(const struct party *party, enum party_share share);

void party_add(struct party *party, enum party_share share, size_t amount);
void party_remove(struct party *party, enum party_share share, size_t amount);

/* It had a worker for so long. */
void party_worked(struct party *party, uint64_t ns);

/* Whether a has had less of the workers than b, of late: its peer, or else it
 * itself. */
bool party_is_behind(const struct party *a, const struct party *b);

#endif
