#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "pool.h"
#include "routes.h"
#include "web-database.h"

#define WORKERS 4
#define QUEUE_MOST 128

static struct {
	pthread_mutex_t lock;
	pthread_cond_t has_more;
	struct request *first, **last;
	unsigned count;
	const char *path;
} queue = { .lock = PTHREAD_MUTEX_INITIALIZER,
	.has_more = PTHREAD_COND_INITIALIZER,
	.last = &queue.first };

static struct request *next_request(void)
{
	struct request *request;

	pthread_mutex_lock(&queue.lock);
	while (!queue.first)
		pthread_cond_wait(&queue.has_more, &queue.lock);
	request = queue.first;
	queue.first = request->next;
	if (!queue.first)
		queue.last = &queue.first;
	queue.count--;
	pthread_mutex_unlock(&queue.lock);
	return request;
}

static void *work(void *unused)
{
	struct database database = { .path = queue.path };

	(void)unused;
	while (true) {
		struct request *const request = next_request();

		route_answer(&database, request);
		request->is_done = true;
		MHD_resume_connection(request->connection);
	}
	return NULL;
}

int pool_start(const char *path)
{
	pthread_t thread;

	queue.path = path;
	for (unsigned i = 0; i < WORKERS; i++) {
		errno = pthread_create(&thread, NULL, work, NULL);
		if (errno)
			return -1;
		pthread_detach(thread);
	}
	return 0;
}

bool pool_take(struct request *request)
{
	bool is_taken;

	pthread_mutex_lock(&queue.lock);
	is_taken = queue.count < QUEUE_MOST;
	if (is_taken) {
		/* first, so that no answer comes before */
		MHD_suspend_connection(request->connection);
		request->next = NULL;
		*queue.last = request;
		queue.last = &request->next;
		queue.count++;
		pthread_cond_signal(&queue.has_more);
	}
	pthread_mutex_unlock(&queue.lock);
	return is_taken;
}
