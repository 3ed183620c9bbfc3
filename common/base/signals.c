#include <signal.h>

#include "clock.h"
#include "signals.h"

/* sudo(8) and timeout(1) pass a signal on to a process that has it already. */
#define ONE_STOP_NS (TM_SECOND_NS / 2)

static volatile sig_atomic_t stops;
static volatile sig_atomic_t taken[64];
static bool is_detached; /* SIGHUP was inherited as ignored */
static volatile unsigned long long stopped_ns, stopped_steady_ns;

static void on_stop(int signal_number)
{
	const unsigned long long now_ns = tm_clock_steady_ns();

	if (stops && now_ns - stopped_steady_ns < ONE_STOP_NS)
		return;
	if (stops) {
		signal(signal_number, SIG_DFL);
		raise(signal_number);
		return;
	}
	stopped_steady_ns = now_ns;
	stopped_ns = tm_clock_wall_ns();
	stops = 1;
}

static void on_note(int signal_number)
{
	taken[signal_number] = 1;
}

static void signal_handle(int signal_number, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigemptyset(&action.sa_mask);
	sigaction(signal_number, &action, NULL);
}

void tm_signals_install(void)
{
	struct sigaction hangup;

	if (!sigaction(SIGHUP, NULL, &hangup) && hangup.sa_handler == SIG_IGN)
		is_detached = true;
	signal_handle(SIGINT, on_stop);
	signal_handle(SIGTERM, on_stop);
	signal_handle(SIGUSR1, on_note);
	signal_handle(SIGPIPE, SIG_IGN);
	signal_handle(SIGXFSZ, SIG_IGN);
	signal_handle(SIGHUP, on_note);
}

bool tm_hangup_ends(void)
{
	return !is_detached;
}

bool tm_stop_requested(void)
{
	return stops;
}

bool tm_signal_take(int signal_number)
{
	const bool was = taken[signal_number];

	taken[signal_number] = 0;
	return was;
}

unsigned long long tm_stop_time_ns(void)
{
	return stopped_ns;
}
