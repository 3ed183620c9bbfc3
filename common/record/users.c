#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/index.h"
#include "resolver.h"
#include "users.h"

#define USERS_MOST (1u << 20)
#define PATIENCE_NS (100 * TM_MS_NS)
#define SETTLE_NS TM_SECOND_NS
#define AT_ONCE_NS UINT64_C(200000) /* what a local file takes */
#define PAUSE_LEAST_S 1		    /* until the same is asked again ... */
#define PAUSE_MOST_S 64		    /* ... in the end */

struct user {
	char *name;	   /* NULL = none */
	char *group;	   /* the same */
	uint64_t again_ns; /* when the answer is old; 0 = there is none yet */
	uint8_t pause_s;
	bool is_asked;
};

struct tm_users {
	struct tm_index index;
	struct user *all;
	uint32_t room;
	struct tm_resolver *resolver;
	uint64_t left_ns, refilled_ns; /* of patience */
	uint64_t now_ns;	       /* at the last refresh or answer */
	bool is_hanging, has_changed, has_groups;
	char **old; /* names that have been replaced */
	uint32_t old_count;
};

struct tm_users *tm_users_new(void)
{
	struct tm_users *users = calloc(1, sizeof(*users));

	if (users)
		users->left_ns = PATIENCE_NS;
	return users;
}

void tm_users_want_groups(struct tm_users *users)
{
	users->has_groups = true;
}

static struct user *users_find_or_add(struct tm_users *users, uint32_t uid)
{
	uint32_t number = tm_index_find(&users->index, uid);
	const uint32_t room = users->room ? 2 * users->room : 16;
	struct user *more;

	if (number != TM_INDEX_NONE)
		return &users->all[number];
	if (users->index.count == USERS_MOST)
		return NULL;
	if (users->index.count == users->room) {
		more = realloc(users->all, room * sizeof(*more));
		if (!more)
			return NULL;
		users->all = more;
		users->room = room;
	}
	number = tm_index_add(&users->index, uid);
	if (number == TM_INDEX_NONE)
		return NULL;
	users->all[number] = (struct user){ .pause_s = PAUSE_LEAST_S };
	return &users->all[number];
}

/* Somebody may hold it until the next refresh. */
static void put_away(struct tm_users *users, char *name)
{
	char **const more = name
			? realloc(users->old,
					  (users->old_count + 1) *
							  sizeof(*more))
			: NULL;

	if (!more)
		return; /* rather a leak than a name that is gone */
	users->old = more;
	more[users->old_count++] = name;
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Whether the name is another one now. */
static bool name_learn(struct tm_users *users, char **name, char *now)
{
	if (is_same(*name, now)) {
		free(now);
		return false;
	}
	put_away(users, *name);
	*name = now;
	return true;
}

static void user_learn(struct tm_users *users, struct user *user,
		const struct tm_answer *answer)
{
	bool is_news = false;

	user->is_asked = false;
	if (!answer->is_error) {
		is_news = name_learn(users, &user->name, answer->name);
		is_news |= answer->group &&
				name_learn(users, &user->group, answer->group);
		users->has_changed |= is_news;
	}
	if (is_news && user->again_ns)
		user->pause_s = PAUSE_LEAST_S;
	user->again_ns = users->now_ns + user->pause_s * TM_SECOND_NS;
	if (user->pause_s < PAUSE_MOST_S)
		user->pause_s *= 2;
}

/* False when no answer came until then. */
static bool users_take(struct tm_users *users, uint64_t deadline_ns)
{
	struct tm_answer answer;

	if (!users->resolver ||
			!tm_resolver_take(
					users->resolver, deadline_ns, &answer))
		return false;
	users->now_ns = tm_clock_steady_ns();
	user_learn(users, users_find_or_add(users, answer.uid), &answer);
	users->is_hanging = false;
	return true;
}

static void users_ask(struct tm_users *users, struct user *user, uint32_t uid)
{
	while (users_take(users, 0))
		;
	if (user->is_asked || user->again_ns > users->now_ns)
		return;
	if (!users->resolver)
		users->resolver = tm_resolver_new(users->has_groups);
	user->is_asked = users->resolver &&
			tm_resolver_ask(users->resolver, uid);
}

static void refill_patience(struct tm_users *users, uint64_t now)
{
	users->left_ns += (now - users->refilled_ns) / 10;
	if (users->left_ns > PATIENCE_NS)
		users->left_ns = PATIENCE_NS;
	users->refilled_ns = now;
}

static void wait_for(struct tm_users *users, const struct user *user)
{
	const uint64_t began = tm_clock_steady_ns();
	uint64_t spent;

	refill_patience(users, began);
	if (users->is_hanging || !users->left_ns)
		return;
	while (!user->again_ns && users_take(users, began + users->left_ns))
		;
	users->is_hanging = !user->again_ns;
	spent = tm_clock_steady_ns() - began;
	if (spent > AT_ONCE_NS)
		users->left_ns -=
				spent < users->left_ns ? spent : users->left_ns;
}

const char *tm_users_name(struct tm_users *users, uint32_t uid)
{
	struct user *const user = users_find_or_add(users, uid);

	if (!user)
		return NULL;
	if (user->again_ns <= users->now_ns)
		users_ask(users, user, uid);
	if (user->is_asked && !user->again_ns)
		wait_for(users, user);
	return user->name;
}

const char *tm_users_group(struct tm_users *users, uint32_t uid)
{
	const uint32_t number = tm_index_find(&users->index, uid);

	return number == TM_INDEX_NONE ? NULL : users->all[number].group;
}

void tm_users_expect(struct tm_users *users, uint32_t uid)
{
	struct user *const user = users_find_or_add(users, uid);

	if (user && !user->is_asked && !user->again_ns)
		users_ask(users, user, uid);
}

bool tm_users_refresh(struct tm_users *users)
{
	bool has_changed;

	while (users->old_count)
		free(users->old[--users->old_count]);
	users->now_ns = tm_clock_coarse_ns();
	while (users_take(users, 0))
		;
	has_changed = users->has_changed;
	users->has_changed = false;
	return has_changed;
}

void tm_users_settle(struct tm_users *users)
{
	while (users_take(users, tm_clock_steady_ns() + SETTLE_NS))
		;
}

void tm_users_free(struct tm_users *users)
{
	if (!users)
		return;
	for (uint32_t i = 0; i < users->index.count; i++) {
		free(users->all[i].name);
		free(users->all[i].group);
	}
	while (users->old_count)
		free(users->old[--users->old_count]);
	free(users->old);
	free(users->all);
	tm_index_free(&users->index);
	tm_resolver_free(users->resolver);
	free(users);
}
