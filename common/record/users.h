/* What this machine calls its users.
 *
 * It is asked in a thread of its own, which starts with the first question: a
 * look-up waits for its first answer, but all of them together for no more than
 * 100 ms and a tenth of the time after that, and never for a name service that
 * has just let one of them wait in vain. What came too late is there for a
 * later look-up.
 *
 * An answer has an age: a user that is looked up again once it is old is asked
 * for again, after pauses that double from a second to a minute, while the
 * answer stays in use. A name service that fails changes no answer. */
#ifndef TM_RECORD_USERS_H
#define TM_RECORD_USERS_H

#include <stdbool.h>
#include <stdint.h>

struct tm_users;

/* NULL when there is no memory. */
struct tm_users *tm_users_new(void);

/* The names of primary groups are wanted, too; before the first look-up. */
void tm_users_want_groups(struct tm_users *users);

/* The user's name, NULL where there is none or the answer is not there yet. It
 * stays until the next tm_users_refresh. */
const char *tm_users_name(struct tm_users *users, uint32_t uid);

/* The name of the user's primary group, from the same answer. */
const char *tm_users_group(struct tm_users *users, uint32_t uid);

/* Asks for a name that will be wanted later. Never waits. */
void tm_users_expect(struct tm_users *users, uint32_t uid);

/* Takes the answers that have come. Whether a name has changed since the last
 * call; old ones are gone then. */
bool tm_users_refresh(struct tm_users *users);

/* Waits for the answers that are still due, as long as they keep coming within
 * a second of each other. */
void tm_users_settle(struct tm_users *users);

void tm_users_free(struct tm_users *users);

#endif
