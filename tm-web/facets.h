/* facets.js, the page's list of keys: what its tables list and what it filters
 * by. It is written from the one table of keys. */
#ifndef TM_WEB_FACETS_H
#define TM_WEB_FACETS_H

#include "assets.h"

/* 0, or -1 without memory. Call it once, before the server starts. */
int facets_start(void);

/* Its name is NULL before facets_start(). */
extern struct asset facets;

#endif
