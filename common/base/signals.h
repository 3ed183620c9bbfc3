/* The signals that all tools understand. */
#ifndef TM_BASE_SIGNALS_H
#define TM_BASE_SIGNALS_H

#include <stdbool.h>

/* SIGINT and SIGTERM ask to stop; a second one, half a second later or more,
 * quits. SIGHUP and SIGUSR1 are remembered; SIGPIPE and SIGXFSZ become errors
 * of write(2). System calls are interrupted, not restarted. */
void tm_signals_install(void);

bool tm_stop_requested(void);

/* Whether SIGHUP or SIGUSR1 arrived since the last call for it. */
bool tm_signal_take(int signal);

/* False under nohup(1) and the like: who sends a SIGHUP then wants files to be
 * opened again, and a terminal that is lost ends nothing. */
bool tm_hangup_ends(void);

/* When the first request to stop arrived, by CLOCK_REALTIME in ns; 0 = not yet.
 */
unsigned long long tm_stop_time_ns(void);

#endif
