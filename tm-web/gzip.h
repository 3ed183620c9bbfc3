/* Answers as gzip(1) would pack them. */
#ifndef TM_WEB_GZIP_H
#define TM_WEB_GZIP_H

#include <stdbool.h>

#include "common/base/text.h"

/* False, and the text is as it was, when it failed. */
bool gzip_text(struct tm_text *text);

#endif
