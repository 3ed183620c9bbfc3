/* Takes over the terminal, draws on it, and restores it however the process
 * ends. */
#ifndef TM_TOP_SCREEN_H
#define TM_TOP_SCREEN_H

#include <stdbool.h>

/* How text is painted. */
enum paint {
	PLAIN,
	STRONG,
	FAINT,
	HEADING,
	RECEIVED,
	SENT,
	GRAPH,
	NOTICE, /* set by the user */
	ALARM,
	PAINTS
};

/* Columns of a line. */
struct span {
	unsigned at, columns;
};

/* NULL, or the reason why the terminal cannot be used. Call it after
 * tm_signals_install(). */
const char *screen_start(void);

/* Restores the terminal. Whether it had been taken over. */
bool screen_stop(void);

/* Whether the terminal was closed. */
bool screen_is_lost(void);

/* Keys can be read from it. */
int screen_fd(void);

/* A note about the terminal, or NULL. */
const char *screen_note(void);

/* Adopts the window's new size. Whether it has changed since the last call. */
bool screen_resize(void);

/* Redraws everything, in case other programs wrote on the screen. */
void screen_refresh(void);

/* Attributes of curses. */
unsigned screen_paint(enum paint paint);

/* The text must be harmless, except for screen_put_fitted() and
 * screen_put_path(), which cuts it at its beginning. */

void screen_put(unsigned line, unsigned at, unsigned paint, const char *text);

/* Draws nothing if it does not fit. */
void screen_put_right(unsigned line, const struct span *span, unsigned paint,
		const char *text);

/* Makes the text harmless and cuts it. */
void screen_put_path(unsigned line, const struct span *span, unsigned paint,
		const char *path);
void screen_put_fitted(unsigned line, const struct span *span, unsigned paint,
		const char *text);

/* Draws at the right end, and returns how many columns are left before it, less
 * a gap. */
__attribute__((format(printf, 4, 5))) unsigned screen_put_end(unsigned line,
		unsigned columns, unsigned paint, const char *format, ...);

#endif
