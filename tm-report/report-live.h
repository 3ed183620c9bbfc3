/* The table of one interval, for people: who moves how much now. */
#ifndef TM_REPORT_REPORT_LIVE_H
#define TM_REPORT_REPORT_LIVE_H

#include "report.h"

style_fn write_rates;

#endif
