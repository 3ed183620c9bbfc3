/* The paths of the per-process bandwidth tracker, for the scripts that ask
 * them: its keys, its units (bytes a second where it says so). */
#ifndef TM_WEB_COMPAT_TRACKER_H
#define TM_WEB_COMPAT_TRACKER_H

#include "common/history/query.h"
#include "tm-web/request.h"

void tracker_current(struct tm_history *history, struct request *request);
void tracker_summary(struct tm_history *history, struct request *request);
void tracker_protocols(struct tm_history *history, struct request *request);
void tracker_addresses(struct tm_history *history, struct request *request);
void tracker_top(struct tm_history *history, struct request *request);
void tracker_process(struct tm_history *history, struct request *request);
void tracker_processes(struct tm_history *history, struct request *request);
void tracker_series(struct tm_history *history, struct request *request);

#define TRACKER_PROCESS "/api/history/process/"

#endif
