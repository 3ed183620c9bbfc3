/* Where this process runs: namespaces, and small files. */
#ifndef TM_DOCTOR_PROBE_H
#define TM_DOCTOR_PROBE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the namespace "user", "pid" or "cgroup" is the initial one. */
bool probe_namespace_is_initial(const char *namespace);

/* The first line of a file without its newline. 0, or -1 with errno. */
int probe_read(const char *path, char *text, size_t size);

/* Calls found for each entry of a directory; an empty one is no error. */
void probe_list(const char *directory,
		void found(void *context, const char *name), void *context);

/* Whether a shell takes the name literally, so that a fix can contain it. */
bool probe_name_is_plain(const char *text);

#endif
