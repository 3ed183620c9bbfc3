/* The table of one interval, for people: who moves how much now. */
#ifndef LIVE_H
#define LIVE_H

#include "report.h"

style_fn write_rates;

#endif
