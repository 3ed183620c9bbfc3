/* Takes from this process what it has no need of, as far as this kernel and
 * these libraries can. */
#ifndef TM_WEB_SANDBOX_H
#define TM_WEB_SANDBOX_H

#include <stdbool.h>

/* Becomes an ordinary user for good where it is root: that of the name, else
 * tm, who called sudo, or nobody. Where that one may not read the database, the
 * right to read files is kept until sandbox_close() has narrowed it. NULL, or
 * why not. */
const char *sandbox_become(const char *name, const char *database);

/* From here on it reads the database's directory, and no other file. What this
 * kernel or this build cannot take away is reported. NULL, or why it must not
 * go on. */
const char *sandbox_close(const char *database,
		void report(const char *what, const char *why));

#endif
