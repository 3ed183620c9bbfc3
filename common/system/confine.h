/* Gives up the rights to files that a tool does not need (landlock). */
#ifndef TM_SYSTEM_CONFINE_H
#define TM_SYSTEM_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

enum tm_may {
	TM_MAY_READ = 1 << 0,
	TM_MAY_WRITE = 1 << 1,	/* into files that are there */
	TM_MAY_MAKE = 1 << 2,	/* files */
	TM_MAY_REMOVE = 1 << 3, /* files */
};

/* A file, or all beneath a directory. */
struct tm_place {
	const char *path; /* skipped if it does not exist; NULL = */
	int fd;		  /* an open one; -1 = skipped */
	unsigned may;	  /* enum tm_may */
};

/* From here on this process does with files what it may at these places, and no
 * program that it starts gains rights. may_read: reading stays everywhere, for
 * the input and for names. NULL, or why the kernel does not confine. */
const char *tm_confine(
		const struct tm_place *places, size_t count, bool may_read);

#endif
