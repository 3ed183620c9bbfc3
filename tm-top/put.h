/* Text on the screen, in its columns. */
#ifndef TM_TOP_PUT_H
#define TM_TOP_PUT_H

#include "layout.h"
#include "screen.h"

/* The text is harmless already, but for put_fitted(). */

void put(unsigned line, unsigned at, unsigned paint, const char *text);

/* Nothing where it does not fit. */
void put_right(unsigned line, const struct span *span, unsigned paint,
		const char *text);

/* Made harmless, and cut. */
void put_fitted(unsigned line, const struct span *span, unsigned paint,
		const char *text);

/* At the right end, cut; returns the columns that are left of it, with a
 * gap. */
__attribute__((format(printf, 4, 5))) unsigned put_end(unsigned line,
		unsigned columns, unsigned paint, const char *format, ...);

#endif
