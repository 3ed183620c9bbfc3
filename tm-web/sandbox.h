/* Takes from this process what it has no need of, as far as this kernel and
 * these libraries can. */
#ifndef TM_WEB_SANDBOX_H
#define TM_WEB_SANDBOX_H

#include <stdbool.h>

/* Becomes an ordinary user for good where it is root: that of the name, else
 * tm, who called sudo, or nobody. Where that one may not read the database, the
 * right to read files is kept until confine() has narrowed it. NULL, or why
 * not. */
const char *confine_user(const char *name, const char *database);

/* From here on it reads the database's directory, and no other file; of the
 * rest it is told what could not be had. NULL, or why it must not go on. */
const char *confine(const char *database, void tell(const char *what));

#endif
