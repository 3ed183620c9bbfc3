/* Where this process is: namespaces, and small files that tell. */
#ifndef TM_DOCTOR_PROBE_H
#define TM_DOCTOR_PROBE_H

#include <stdbool.h>
#include <stddef.h>

/* Of "user", "pid" or "cgroup": whether it is the one that the kernel began
 * with. */
bool probe_namespace_is_initial(const char *namespace);

/* The first line of a file without its newline. 0, or -1 with errno. */
int probe_read(const char *path, char *text, size_t size);

/* Calls found for each entry of a directory; none is no error. */
void probe_list(const char *directory,
		void found(void *context, const char *name), void *context);

/* A name that a shell takes as it stands: to be put in a fix. */
bool probe_name_is_plain(const char *text);

#endif
