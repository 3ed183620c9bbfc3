/* What tm-web was told to do. */
#ifndef TM_WEB_WEB_OPTIONS_H
#define TM_WEB_WEB_OPTIONS_H

#include "listen.h"
#include "server.h"

struct web_options {
	struct listen_place place;
	struct server server;
	const char *user;
	bool is_restricted; /* to the users of --allow */
	bool is_quiet;
};

void web_options_parse(struct web_options *options, int argc, char **argv);

#endif
