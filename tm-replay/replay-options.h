/* The options of tm-replay. */
#ifndef TM_REPLAY_REPLAY_OPTIONS_H
#define TM_REPLAY_REPLAY_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct replay_options {
	double speed; /* 0 = max */
	uint64_t idle_ns;
	uint64_t for_ns;  /* 0 = to the end */
	const char *host; /* in the place of the recorded one, or NULL */
	bool is_fresh, is_looped, is_strict, is_quiet;
};

/* Parses the command line, or exits. Returns the files in argv. */
char **replay_options_parse(
		struct replay_options *options, int argc, char **argv);

#endif
