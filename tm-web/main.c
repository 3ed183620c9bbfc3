/* Serves the history and what moves now to a browser: HTTP on one side, the
 * database of tm-store, read-only, on the other. */
#include <err.h>
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/exit.h"
#include "common/base/signals.h"
#include "common/history/where.h"
#include "connections.h"
#include "facets.h"
#include "peer.h"
#include "routes.h"
#include "sandbox.h"
#include "web-database.h"
#include "web-options.h"

static bool is_verbose;

static void web_report_open(const char *what, const char *why)
{
	if (is_verbose)
		warnx("not confined %s: %s", what, why);
}

static bool is_just_made(const char *path)
{
	struct stat status;

	return !stat(path, &status) && time(NULL) - status.st_mtime < 3;
}

/* Reports what is wrong with the database before a browser asks, but waits for
 * one that tm-store is making: both may have been started by one command. */
static void web_check_database(const char *path)
{
	const struct timespec pause = { 0, 100000000 };
	int pauses_left = 50;
	struct database database = { .path = path };
	const char *problem;

	while (!database_use(&database, &problem)) {
		if (is_just_made(path) ||
				(access(path, F_OK) && pauses_left-- > 0)) {
			nanosleep(&pause, NULL);
			continue;
		}
		if (!strncmp(problem, path, strlen(path)))
			errx(TM_FAILED, "%s%s", problem, tm_history_hint(path));
		errx(TM_FAILED, "%s: %s%s", path, problem,
				tm_history_hint(path));
	}
	database_close(&database);
}

/* Who it has become by now decides what it may make. */
static void __attribute__((noreturn))
fail_to_listen(const struct listen_place *place, const char *problem)
{
	const int error = errno;
	const struct passwd *const user = getpwuid(geteuid());
	const char *const name = user ? user->pw_name : "this user";
	const char *const path = place_path(place);
	const char *const slash = path ? strrchr(path, '/') : NULL;

	if (problem)
		errx(TM_FAILED, "%s: refused, because of its directory: %s",
				place->text, problem);
	if (error != EACCES)
		errx(TM_FAILED, "%s: %s", place->text, strerror(error));
	if (!path)
		errx(TM_FAILED, "%s: %s; it runs as %s; use a port above 1023",
				place->text, strerror(error), name);
	errx(TM_FAILED,
			"%s: %s; it runs as %s, which must own %.*s (--run-as USER "
			"is another)",
			place->text, strerror(error), name,
			slash ? (int)(slash - path) + 1 : 1,
			slash ? path : ".");
}

static bool is_open_to_users(const struct web_options *options)
{
	return place_is_loopback(&options->place) && !options->is_restricted &&
			!route_user_header;
}

static void say_place(const struct web_options *options)
{
	printf("%s\n", options->place.url);
	/* a service may have none */
	if (fflush(stdout) && errno != EBADF)
		err(TM_FAILED, "standard output");
	if (!options->is_quiet)
		warnx("the page is at %s%s", options->place.url,
				is_open_to_users(options)
						? ", for every user of this host "
						  "(--allow USER restricts it)"
						: "");
	if (!place_is_local(&options->place))
		warnx("%s: whoever reaches this address sees the traffic of all "
		      "users; listen on 127.0.0.1 for ssh -L, or behind a proxy "
		      "with a login",
				options->place.text);
}

/* The other threads leave all signals to this one. */
static void block_signals(int how)
{
	sigset_t signals;

	sigfillset(&signals);
	pthread_sigmask(how, &signals, NULL);
}

static void web_run(void)
{
	const struct timespec second = { 1, 0 };

	while (!tm_stop_requested()) {
		nanosleep(&second, NULL);
		if (tm_signal_take(SIGHUP))
			database_reopen_all();
		connections_sweep();
	}
}

int main(int argc, char **argv)
{
	static struct web_options options;
	const char *problem;
	int socket;

	web_options_parse(&options, argc, argv);
	is_verbose = options.server.is_verbose;
	problem = sandbox_become(options.user, options.server.database);
	if (problem)
		errx(TM_FAILED, "%s: %s",
				options.user ? options.user : "its user",
				problem);
	web_check_database(options.server.database);
	socket = place_listen(&options.place, &problem);
	if (socket < 0)
		fail_to_listen(&options.place, problem);
	if (peer_start() && options.is_restricted)
		err(TM_FAILED, "--allow: cannot tell who connects (sock_diag)");
	problem = sandbox_close(options.server.database, web_report_open);
	if (problem)
		errx(TM_FAILED, "%s: %s", options.server.database, problem);
	tm_signals_install();
	block_signals(SIG_BLOCK);
	if (facets_start() || server_start(&options.server, socket))
		err(TM_FAILED, "cannot serve");
	block_signals(SIG_UNBLOCK);
	say_place(&options);
	web_run();
	/* nothing is kept here that would have to be saved */
	_exit(TM_DONE);
}
