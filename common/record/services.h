/* Names of ports, from /etc/services. */
#ifndef TM_RECORD_SERVICES_H
#define TM_RECORD_SERVICES_H

#include <stdbool.h>
#include <stdint.h>

/* The service on a port of an IP protocol, of any if that is 0; or NULL. Reads
 * the file with the first question. */
const char *tm_service_name(unsigned protocol, uint16_t port);

#endif
