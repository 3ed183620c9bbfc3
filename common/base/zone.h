/* The zone of local times. */
#ifndef TM_BASE_ZONE_H
#define TM_BASE_ZONE_H

#include <stdbool.h>

#define TM_ZONE_SIZE 128

/* The name or rule, for TZ, of the zone in which this process shows times, be
 * it given by TZ, as a name, a rule or a file, or by /etc/localtime, which may
 * be a link or a file. UTC when they give none, as for localtime(3). */
void tm_zone_find(char zone[TM_ZONE_SIZE]);

/* Whether this machine knows the zone. */
bool tm_zone_is_known(const char *zone);

#endif
