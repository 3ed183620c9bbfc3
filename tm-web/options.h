/* What tm-web was told to do. */
#ifndef TM_WEB_OPTIONS_H
#define TM_WEB_OPTIONS_H

#include "listen.h"
#include "server.h"

struct options {
	struct place place;
	struct server server;
	const char *user;
	bool is_quiet;
};

void options_parse(struct options *options, int argc, char **argv);

#endif
