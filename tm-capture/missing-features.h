/* What the kernel refused the programs, and what the figures lack by that. */
#ifndef TM_CAPTURE_MISSING_FEATURES_H
#define TM_CAPTURE_MISSING_FEATURES_H

#include "programs.h"

/* Calls say for each missing hook, with the consequence. */
void missing_features_say(
		const struct programs *programs, void say(const char *what));

#endif
