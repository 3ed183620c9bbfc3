#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "common/base/clock.h"
#include "common/base/number.h"
#include "quota-command.h"

static void set_number(const char *name, uint64_t number)
{
	char text[TM_NUMBER_SIZE + 1];

	*tm_number_format(text, number) = '\0';
	setenv(name, text, 1);
}

/* A group's quota has no user. */
static void set_whose(const struct quota_options *options,
		const struct tm_history_quota *quota)
{
	const char *const name = tm_history_user_name(
			&options->form, quota->uid, quota->user);

	setenv("TM_WHOSE", tm_history_whose_name(quota->rule.whose), 1);
	setenv("TM_GROUP", quota->rule.group, 1);
	if (!tm_history_quota_is_of_user(quota)) {
		setenv("TM_UID", "", 1);
		setenv("TM_USER", "", 1);
		return;
	}
	set_number("TM_UID", quota->uid);
	setenv("TM_USER", name ? name : getenv("TM_UID"), 1);
}

/* Names chosen by strangers reach the command only in its environment. */
static void set_environment(const struct quota_options *options,
		const struct tm_history_quota *quota)
{
	const struct tm_history_rule *const rule = &quota->rule;
	char period[TM_HISTORY_PERIOD_SIZE];

	set_whose(options, quota);
	setenv("TM_STATE", tm_history_quota_state(quota), 1);
	setenv("TM_PERIOD", tm_history_rule_period(period, rule), 1);
	setenv("TM_DIRECTION", tm_history_rule_direction(rule), 1);
	set_number("TM_SINCE", quota->begin_ns / TM_SECOND_NS);
	set_number("TM_LIMIT", rule->limit);
	set_number("TM_USED", quota->used);
	set_number("TM_PROJECTED", quota->projected);
	setenv("TM_DB", find_database(options->path), 1);
}

/* Restores the default of the signal that this process ignores. */
static int spawn_shell(pid_t *child, const char *command)
{
	extern char **environ;
	char *const argv[] = { "sh", "-c", (char *)command, NULL };
	posix_spawnattr_t attributes;
	sigset_t usual;
	int error;

	sigemptyset(&usual);
	sigaddset(&usual, SIGXFSZ);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	error = posix_spawn(child, "/bin/sh", NULL, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	return error;
}

/* 0, or -1 when it could not be run or failed. */
static int run_hook(const char *command)
{
	pid_t child;
	int status;

	errno = spawn_shell(&child, command);
	if (errno) {
		warn("--exec");
		return -1;
	}
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
	}
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	warnx("--exec: ended with %d; it is run again the next time",
			WIFEXITED(status) ? WEXITSTATUS(status)
					  : 128 + WTERMSIG(status));
	return -1;
}

int quota_fire(struct tm_history *history, const struct quota_options *options,
		const struct tm_history_quota *quota)
{
	unsigned before;
	const int claimed = tm_history_quota_claim(history, quota, &before);

	quota_check(history, claimed);
	if (!claimed)
		return 0;
	set_environment(options, quota);
	if (!run_hook(options->hook))
		return 0;
	quota_check(history, tm_history_quota_release(history, quota, before));
	return -1;
}
