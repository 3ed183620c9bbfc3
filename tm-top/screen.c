#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ncurses.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "common/base/signals.h"
#include "screen.h"
#include "top-text.h"

#define FALLBACK "xterm-256color"
#define ESCAPE_DELAY_MS 25

static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV,
	SIGBUS, SIGFPE, SIGILL };

static struct {
	SCREEN *curses;
	FILE *terminal;
	int fd;
	struct termios modes;
	char leave[256]; /* restores the screen */
	size_t leave_size;
	void (*on_stop)(int); /* the common handler */
	attr_t paints[PAINTS];
	char note[128];
} screen;

static volatile sig_atomic_t is_up, is_resized, is_lost;

/* Calls only functions that are safe in a signal handler. */
static void leave_now(void)
{
	if (!is_up)
		return;
	is_up = false;
	if (write(screen.fd, screen.leave, screen.leave_size) >= 0)
		tcsetattr(screen.fd, TCSANOW, &screen.modes);
}

static bool asks_to_stop(int signal_number)
{
	return signal_number == SIGINT || signal_number == SIGTERM ||
			signal_number == SIGHUP;
}

/* The main loop attends to the first request to stop; everything else ends the
 * process here. */
static void on_end(int signal_number)
{
	const int error = errno;

	is_lost |= signal_number == SIGHUP;
	if (!asks_to_stop(signal_number) || tm_stop_requested())
		leave_now();
	if (asks_to_stop(signal_number)) {
		screen.on_stop(signal_number);
	} else {
		signal(signal_number, SIG_DFL);
		raise(signal_number);
	}
	errno = error;
}

static void on_resize(int signal_number)
{
	(void)signal_number;
	is_resized = true;
}

static void handle_signals(void)
{
	struct sigaction action = { .sa_handler = on_end }, before;

	sigaction(SIGINT, NULL, &before);
	screen.on_stop = before.sa_handler;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		sigaction(ends[i], NULL, &before);
		if (ends[i] != SIGHUP || before.sa_handler != SIG_IGN)
			sigaction(ends[i], &action, NULL);
	}
	action.sa_handler = on_resize;
	sigaction(SIGWINCH, &action, NULL);
}

static void add_leave(const char *capability)
{
	const char *text = tigetstr(capability);

	if (!text || text == (char *)-1)
		return;
	for (; *text && screen.leave_size < sizeof(screen.leave); text++) {
		if (*text == '$' && text[1] == '<') /* a delay */
			text = strchr(text, '>');
		else
			screen.leave[screen.leave_size++] = *text;
		if (!text)
			return;
	}
}

static void prepare_leave(void)
{
	static const char *const capabilities[] = { "sgr0", "op", "rmkx",
		"cnorm", "rmcup" };

	screen.leave_size = 0;
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(*capabilities);
			i++)
		add_leave(capabilities[i]);
}

static void mix_paints(void)
{
	static const short colours[PAINTS][2] = { /* of 256, of 8 */
		[FAINT] = { 244, 0 },
		[HEADING] = { 153, COLOR_CYAN },
		[RECEIVED] = { 114, COLOR_GREEN },
		[SENT] = { 75, COLOR_CYAN },
		[GRAPH] = { 109, COLOR_CYAN },
		[NOTICE] = { 221, COLOR_YELLOW },
		[ALARM] = { 203, COLOR_RED }
	};
	static const attr_t plain[PAINTS] = { [STRONG] = A_BOLD,
		[FAINT] = A_DIM,
		[HEADING] = A_BOLD,
		[NOTICE] = A_BOLD,
		[ALARM] = A_BOLD | A_REVERSE };
	const char *const refused = getenv("NO_COLOR");
	bool has_palette;

	memcpy(screen.paints, plain, sizeof(plain));
	if ((refused && *refused) || !has_colors())
		return;
	start_color();
	/* A terminal of direct colours takes 114 for a shade of blue; the first
	 * eight are the usual ones in any. */
	has_palette = COLORS == 256;
	if (COLORS < 8)
		return;
	use_default_colors();
	for (short i = 0; i < PAINTS; i++) {
		const short colour = colours[i][!has_palette];

		if (!colour)
			continue;
		init_pair(i, colour, -1);
		screen.paints[i] = COLOR_PAIR(i);
		if (i == NOTICE || i == ALARM || (i == HEADING && !has_palette))
			screen.paints[i] |= A_BOLD;
	}
}

static const char *open_terminal(void)
{
	static char problem[160];
	const char *const name = ttyname(STDOUT_FILENO);
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);

	if (fd < 0 && name) /* no controlling terminal: use standard output's */
		fd = open(name, O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd >= 0 && !tcgetattr(fd, &screen.modes))
		screen.terminal = fdopen(fd, "r+");
	screen.fd = fd;
	if (screen.terminal)
		return NULL;
	snprintf(problem, sizeof(problem),
			"the terminal cannot be opened: %s; --batch prints without one",
			strerror(errno));
	return problem;
}

/* Only newer machines may know the terminal's type. */
static const char *start_curses(void)
{
	const char *const type = getenv("TERM");

	screen.curses = newterm(NULL, screen.terminal, screen.terminal);
	if (screen.curses)
		return NULL;
	screen.curses = newterm(FALLBACK, screen.terminal, screen.terminal);
	if (!screen.curses)
		return "the terminal's type is unknown here, and so is " FALLBACK
		       ": set TERM, or use --batch";
	snprintf(screen.note, sizeof(screen.note),
			"TERM=%.40s is not known here: drawing as for " FALLBACK,
			type ? type : "");
	return NULL;
}

const char *screen_start(void)
{
	const char *problem = open_terminal();

	if (!problem) {
		handle_signals();
		problem = start_curses();
	}
	if (problem)
		return problem;
	if (!tigetstr("cup")) {
		endwin();
		return "this terminal (by TERM) cannot place text; set TERM, "
		       "or use --batch";
	}
	prepare_leave();
	is_up = true;
	atexit((void (*)(void))screen_stop);
	set_escdelay(ESCAPE_DELAY_MS);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, true);
	nodelay(stdscr, true);
	curs_set(0);
	mix_paints();
	return NULL;
}

bool screen_stop(void)
{
	const bool was_up = is_up;

	if (!was_up)
		return false;
	endwin();
	is_up = false;
	tcsetattr(screen.fd, TCSADRAIN, &screen.modes);
	return true;
}

bool screen_is_lost(void)
{
	return is_lost;
}

int screen_fd(void)
{
	return screen.fd;
}

const char *screen_note(void)
{
	return *screen.note ? screen.note : NULL;
}

bool screen_resize(void)
{
	struct winsize size;

	if (!is_resized)
		return false;
	is_resized = false;
	if (!ioctl(screen_fd(), TIOCGWINSZ, &size) && size.ws_row &&
			size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	return true;
}

void screen_refresh(void)
{
	clearok(curscr, true);
}

unsigned screen_paint(enum paint paint)
{
	return screen.paints[paint];
}

void screen_put(unsigned line, unsigned at, unsigned paint, const char *text)
{
	attrset(paint);
	mvaddstr(line, at, text);
	attrset(A_NORMAL);
}

void screen_put_right(unsigned line, const struct span *span, unsigned paint,
		const char *text)
{
	const unsigned columns = text_columns(text);

	if (columns <= span->columns)
		screen_put(line, span->at + span->columns - columns, paint,
				text);
}

void screen_put_path(unsigned line, const struct span *span, unsigned paint,
		const char *path)
{
	char fitted[TEXT_SIZE];

	text_fit_path(fitted, path, span->columns);
	screen_put(line, span->at, paint, fitted);
}

void screen_put_fitted(unsigned line, const struct span *span, unsigned paint,
		const char *text)
{
	char fitted[TEXT_SIZE];

	text_fit(fitted, text, span->columns);
	screen_put(line, span->at, paint, fitted);
}

unsigned screen_put_end(unsigned line, unsigned columns, unsigned paint,
		const char *format, ...)
{
	char text[TEXT_SIZE], fitted[TEXT_SIZE];
	unsigned used;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	used = text_cut(fitted, text, columns);
	screen_put(line, columns - used, paint, fitted);
	return columns > used + 2 ? columns - used - 2 : 0;
}
