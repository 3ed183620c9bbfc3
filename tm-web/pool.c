#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "party.h"
#include "pool.h"
#include "routes.h"
#include "web-database.h"

/* Waiting requests, in order of arrival. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t has_changed;
	struct request *first, **last;
	const char *path;
} queue = { .lock = PTHREAD_MUTEX_INITIALIZER,
	.has_changed = PTHREAD_COND_INITIALIZER,
	.last = &queue.first };

static struct request *queue_remove(struct request **at)
{
	struct request *const request = *at;

	*at = request->next;
	if (queue.last == &request->next)
		queue.last = at;
	return request;
}

/* Takes the oldest request of the party that has had least of the workers and
 * is below its limit; NULL if there is none. */
static struct request *queue_choose(void)
{
	struct request **best = NULL;

	for (struct request **at = &queue.first; *at; at = &(*at)->next) {
		if (party_has_room((*at)->party, PARTY_WORKERS) &&
				(!best ||
						party_is_behind((*at)->party,
								(*best)->party)))
			best = at;
	}
	return best ? queue_remove(best) : NULL;
}

static struct request *next_request(void)
{
	struct request *request;

	pthread_mutex_lock(&queue.lock);
	while (!(request = queue_choose()))
		pthread_cond_wait(&queue.has_changed, &queue.lock);
	party_add(request->party, PARTY_WORKERS, 1);
	pthread_mutex_unlock(&queue.lock);
	return request;
}

static void pool_finish(struct request *request, uint64_t ns)
{
	pthread_mutex_lock(&queue.lock);
	party_remove(request->party, PARTY_WORKERS, 1);
	party_remove(request->party, PARTY_QUESTIONS, 1);
	party_worked(request->party, ns);
	/* wake all: the party may now run another of its requests */
	pthread_cond_broadcast(&queue.has_changed);
	pthread_mutex_unlock(&queue.lock);
}

static void *pool_work(void *unused)
{
	struct database database = { .path = queue.path };

	(void)unused;
	while (true) {
		struct request *const request = next_request();
		const uint64_t begin_ns = tm_clock_steady_ns();

		route_answer(&database, request);
		request->is_done = true;
		pool_finish(request, tm_clock_steady_ns() - begin_ns);
		MHD_resume_connection(request->connection);
	}
	return NULL;
}

int pool_start(const char *path)
{
	pthread_t thread;

	queue.path = path;
	for (unsigned i = 0; i < PARTY_WORKERS_MOST; i++) {
		errno = pthread_create(&thread, NULL, pool_work, NULL);
		if (errno)
			return -1;
		pthread_detach(thread);
	}
	return 0;
}

bool pool_take(struct request *request)
{
	if (!party_has_room(request->party, PARTY_QUESTIONS) ||
			!party_has_room(request->party, PARTY_BYTES))
		return false;
	party_add(request->party, PARTY_QUESTIONS, 1);
	pthread_mutex_lock(&queue.lock);
	/* before a worker can see it and resume it */
	MHD_suspend_connection(request->connection);
	request->next = NULL;
	*queue.last = request;
	queue.last = &request->next;
	pthread_cond_broadcast(&queue.has_changed);
	pthread_mutex_unlock(&queue.lock);
	return true;
}
