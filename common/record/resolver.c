#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/clock.h"
#include "resolver.h"

#define OPEN_MAX 1024 /* questions asked whose answers were not taken */

struct tm_resolver {
	pthread_mutex_t lock;
	pthread_cond_t asked, answered;
	bool is_left; /* nobody will ask any more: the thread frees it */
	bool has_groups;
	unsigned question_first, question_count, answer_first, answer_count;
	unsigned open_count;
	uint32_t questions[OPEN_MAX];
	struct tm_answer answers[OPEN_MAX];
};

#define ENTRY_MOST (1 << 20)

/* NULL = none, or the name service fails. */
static char *look_up_group(gid_t gid)
{
	struct group group, *found = NULL;
	char *buffer = NULL, *bigger, *name = NULL;
	size_t size = 1024;
	int error;

	do {
		size *= 2;
		bigger = realloc(buffer, size);
		if (!bigger)
			break;
		buffer = bigger;
		error = getgrgid_r(gid, &group, buffer, size, &found);
	} while (error == ERANGE && size < ENTRY_MOST);
	if (found)
		name = strdup(group.gr_name);
	free(buffer);
	return name;
}

static struct tm_answer resolver_look_up(uint32_t uid, bool has_group)
{
	struct tm_answer answer = { .uid = uid };
	struct passwd user, *found;
	size_t size = 1024;
	char *buffer = NULL, *bigger;
	int error = ENOMEM;

	do {
		size *= 2;
		bigger = realloc(buffer, size);
		if (!bigger)
			break;
		buffer = bigger;
		error = getpwuid_r(uid, &user, buffer, size, &found);
		if (!error && found)
			answer.name = strdup(user.pw_name);
	} while (error == ERANGE && size < ENTRY_MOST);
	if (answer.name && has_group)
		answer.group = look_up_group(user.pw_gid);
	free(buffer);
	answer.is_error = error || (found && !answer.name);
	return answer;
}

static void resolver_free_answers(struct tm_resolver *resolver)
{
	struct tm_answer *answer;

	for (unsigned i = 0; i < resolver->answer_count; i++) {
		answer = &resolver->answers[(resolver->answer_first + i) %
				OPEN_MAX];
		free(answer->name);
		free(answer->group);
	}
	pthread_mutex_destroy(&resolver->lock);
	pthread_cond_destroy(&resolver->asked);
	pthread_cond_destroy(&resolver->answered);
	free(resolver);
}

/* With the lock held, which is let go while the name service is at work. */
static void answer_next(struct tm_resolver *resolver)
{
	const uint32_t uid = resolver->questions[resolver->question_first];
	struct tm_answer answer;
	unsigned last;

	resolver->question_first = (resolver->question_first + 1) % OPEN_MAX;
	resolver->question_count--;
	pthread_mutex_unlock(&resolver->lock);
	answer = resolver_look_up(uid, resolver->has_groups);
	pthread_mutex_lock(&resolver->lock);
	last = resolver->answer_first + resolver->answer_count++;
	resolver->answers[last % OPEN_MAX] = answer;
	pthread_cond_signal(&resolver->answered);
}

static void *resolver_work(void *argument)
{
	struct tm_resolver *const resolver = argument;

	pthread_mutex_lock(&resolver->lock);
	while (!resolver->is_left) {
		if (resolver->question_count)
			answer_next(resolver);
		else
			pthread_cond_wait(&resolver->asked, &resolver->lock);
	}
	pthread_mutex_unlock(&resolver->lock);
	resolver_free_answers(resolver);
	return NULL;
}

/* Signals are for the caller's thread, whose system calls they interrupt. */
static int start_thread(struct tm_resolver *resolver)
{
	sigset_t all, before;
	pthread_t thread;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, NULL, resolver_work, resolver);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!error)
		pthread_detach(thread);
	return error;
}

struct tm_resolver *tm_resolver_new(bool has_groups)
{
	struct tm_resolver *resolver = calloc(1, sizeof(*resolver));
	pthread_condattr_t monotonic;
	int error;

	if (!resolver)
		return NULL;
	resolver->has_groups = has_groups;
	pthread_mutex_init(&resolver->lock, NULL);
	pthread_cond_init(&resolver->asked, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&resolver->answered, &monotonic);
	pthread_condattr_destroy(&monotonic);
	error = start_thread(resolver);
	if (!error)
		return resolver;
	resolver_free_answers(resolver);
	errno = error;
	return NULL;
}

bool tm_resolver_ask(struct tm_resolver *resolver, uint32_t uid)
{
	unsigned last;

	if (resolver->open_count == OPEN_MAX)
		return false;
	resolver->open_count++;
	pthread_mutex_lock(&resolver->lock);
	last = resolver->question_first + resolver->question_count++;
	resolver->questions[last % OPEN_MAX] = uid;
	pthread_cond_signal(&resolver->asked);
	pthread_mutex_unlock(&resolver->lock);
	return true;
}

bool tm_resolver_take(struct tm_resolver *resolver, uint64_t deadline_ns,
		struct tm_answer *answer)
{
	const struct timespec deadline = tm_clock_timespec(deadline_ns);
	bool is_there;
	int error = 0;

	if (!resolver->open_count)
		return false;
	pthread_mutex_lock(&resolver->lock);
	while (!resolver->answer_count && deadline_ns && !error)
		error = pthread_cond_timedwait(&resolver->answered,
				&resolver->lock, &deadline);
	is_there = resolver->answer_count;
	if (is_there) {
		*answer = resolver->answers[resolver->answer_first];
		resolver->answer_first =
				(resolver->answer_first + 1) % OPEN_MAX;
		resolver->answer_count--;
		resolver->open_count--;
	}
	pthread_mutex_unlock(&resolver->lock);
	return is_there;
}

void tm_resolver_free(struct tm_resolver *resolver)
{
	if (!resolver)
		return;
	pthread_mutex_lock(&resolver->lock);
	resolver->is_left = true;
	pthread_cond_signal(&resolver->asked);
	pthread_mutex_unlock(&resolver->lock);
}
