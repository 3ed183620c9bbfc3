/* The terminal: taken over, written to, and given back as it was, however we
 * end. */
#ifndef TM_TOP_SCREEN_H
#define TM_TOP_SCREEN_H

#include <stdbool.h>

/* What text may be painted as. */
enum paint {
	PLAIN,
	STRONG,
	FAINT,
	HEADING,
	RECEIVED,
	SENT,
	GRAPH,
	NOTICE, /* what the user has set */
	ALARM,
	PAINTS
};

/* Columns of a line. */
struct span {
	unsigned at, columns;
};

/* NULL, or why the terminal cannot be used. After tm_signals_install(). */
const char *screen_start(void);

/* Gives the terminal back; whether there was one. */
bool screen_stop(void);

/* Whether nobody is there any more. */
bool screen_is_lost(void);

/* What the keys come from. */
int screen_fd(void);

/* What is to be said about it, or NULL. */
const char *screen_note(void);

/* Takes the window's new size, where that has changed since the last call. */
bool screen_resize(void);

/* Draws everything anew, for what others wrote over it. */
void screen_refresh(void);

/* Attributes of curses. */
unsigned screen_paint(enum paint paint);

/* The text is harmless already, but for screen_put_fitted(). */

void screen_put(unsigned line, unsigned at, unsigned paint, const char *text);

/* Nothing where it does not fit. */
void screen_put_right(unsigned line, const struct span *span, unsigned paint,
		const char *text);

/* Made harmless, and cut. */
void screen_put_fitted(unsigned line, const struct span *span, unsigned paint,
		const char *text);

/* At the right end, cut; returns the columns that are left of it, with a
 * gap. */
__attribute__((format(printf, 4, 5))) unsigned screen_put_end(unsigned line,
		unsigned columns, unsigned paint, const char *format, ...);

#endif
