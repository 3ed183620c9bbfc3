/* Gives up the rights that writing files of one directory does not need. */
#ifndef TM_CONFINE_H
#define TM_CONFINE_H

#include <stdbool.h>

/* From here on files can be written and made beneath this directory only (-1 =
 * nowhere), and removed if may_remove, and no program that is started gains
 * rights. Reading stays, for the input and for names. NULL, or why the kernel
 * does not confine. */
const char *tm_confine(int directory, bool may_remove);

#endif
