/* Which requests are accepted: none from pages of other sites, whatever name
 * they gave this machine's address (DNS rebinding), and none that can be read
 * in two ways. */
#ifndef TM_WEB_GATE_H
#define TM_WEB_GATE_H

#include "listen.h"
#include "request.h"

#define GATE_HOSTS_MOST 32

struct gate {
	const struct listen_place *place;
	const char *hosts[GATE_HOSTS_MOST]; /* --host: NAME or NAME:PORT */
	unsigned host_count;
};

/* False when it is refused: its answer says why. */
bool gate_check(const struct gate *gate, struct request *request,
		const char *method);

#endif
