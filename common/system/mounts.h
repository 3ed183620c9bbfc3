/* What is mounted here: proc_pid_mountinfo(5), a mount at a time. */
#ifndef TM_SYSTEM_MOUNTS_H
#define TM_SYSTEM_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct tm_mounts {
	FILE *file;
	char *line;
	size_t size;
};

/* Texts are as they are, any byte but NUL; they end with the next call. */
struct tm_mount {
	char *root; /* the directory of its file system that is mounted */
	char *point;
	char *type;
	char *source;
};

/* 0, or -1 with errno. */
int tm_mounts_open(struct tm_mounts *mounts);

/* False at the end. */
bool tm_mounts_next(struct tm_mounts *mounts, struct tm_mount *mount);

void tm_mounts_close(struct tm_mounts *mounts);

#endif
