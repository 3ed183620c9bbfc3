/* A place to keep files in that nobody else can tamper with. */
#ifndef TM_ACCOUNT_PLACE_H
#define TM_ACCOUNT_PLACE_H

#include <stddef.h>

#define TM_PLACE_PROBLEM 512

/* Opens the directory: a descriptor, or -1 with a one-line problem. It must be
 * this user's or root's, without write permission for others or for a group
 * that is not its owner's own, and reached through no symbolic link of a third
 * user's. */
int tm_place_open(const char *path, char problem[TM_PLACE_PROBLEM]);

#endif
