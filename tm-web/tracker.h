/* The paths of the per-process bandwidth tracker, for the scripts that ask
 * them: its keys, its units (bytes a second where it says so). */
#ifndef TM_WEB_TRACKER_H
#define TM_WEB_TRACKER_H

#include "common/history/query.h"
#include "request.h"

void tracker_current(struct history *history, struct request *request);
void tracker_summary(struct history *history, struct request *request);
void tracker_protocols(struct history *history, struct request *request);
void tracker_addresses(struct history *history, struct request *request);
void tracker_top(struct history *history, struct request *request);
void tracker_process(struct history *history, struct request *request);
void tracker_processes(struct history *history, struct request *request);
void tracker_series(struct history *history, struct request *request);

#define TRACKER_PROCESS "/api/history/process/"

#endif
