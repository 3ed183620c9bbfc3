/* Who may ask: pages of other sites may not, whatever name they have given to
 * this machine's address (DNS rebinding), nor may a request that means more
 * than one thing. */
#ifndef TM_WEB_WEB_GUARD_H
#define TM_WEB_WEB_GUARD_H

#include "listen.h"
#include "request.h"

#define GUARD_HOSTS_MOST 32

struct guard {
	const struct listen_place *place;
	const char *hosts[GUARD_HOSTS_MOST]; /* --host: NAME or NAME:PORT */
	unsigned host_count;
};

/* 0, or the status to refuse it with, and why. */
unsigned guard_check(const struct guard *guard, const struct request *request,
		const char *method, const char **why);

#endif
