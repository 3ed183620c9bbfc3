/* Makes the events of a busy host, the same ones each time:
 *   history [-d DAYS] [-u USERS] [-r REMOTES] [-m EVENTS] [-w 1]
 * EVENTS interval sums a minute for so many days, with a TICK each minute: as
 * many as a history has to keep. Each user meets 100 of the remotes, some more
 * often than others. With -w, each process has a command, and of each four
 * users one is a service, one runs a container that is recreated every week,
 * one logs in every day, and one runs a job every six hours. The stream ends at
 * 2023-11-15T00:00:00Z. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "records.h"

#define END_NS (1700006400 * TM_SECOND_NS)
#define PROCESSES 30
#define OWN 100 /* remotes that a user meets */

static struct {
	uint64_t days, users, remotes, events, workloads;
} options = { 30, 200, 5000, 300, 0 };

static void put_host(uint8_t to[16], uint64_t number)
{
	const uint64_t address = 11ULL << 24 | number * 2654435761 % (1 << 24);

	memset(to + 10, 0xff, 2);
	for (int i = 0; i < 4; i++)
		to[12 + i] = address >> (24 - 8 * i);
}

/* Twice as many draws fall into the first quarter as into the last half. */
static uint64_t draw_below(uint64_t count)
{
	const uint64_t at = draw() % count;

	return at * (draw() % count) / count;
}

/* --- workloads --- */

#define HOURS_NS (3600 * TM_SECOND_NS)

enum { SERVICE, CONTAINER, LOGIN, JOB, SORTS };

/* How many workloads of that sort a user has had. */
static uint64_t period_of(uint64_t sort, uint64_t time_ns)
{
	static const uint64_t hours[SORTS] = { 1 << 20, 168, 24, 6 };

	return time_ns / HOURS_NS / hours[sort];
}

static uint64_t cgroup_of(uint64_t user, uint64_t time_ns)
{
	return period_of(user % SORTS, time_ns) * options.users + user + 1;
}

static uint64_t pid_of(uint64_t user, uint64_t worker)
{
	return 2000 + 4 * user + worker;
}

static void put_cgroup(uint64_t user, uint64_t id)
{
	char path[160];

	switch (user % SORTS) {
	case SERVICE:
		snprintf(path, sizeof(path), "/system.slice/daemon%u.service",
				(unsigned)user);
		break;
	case CONTAINER:
		snprintf(path, sizeof(path),
				"/system.slice/docker-%016llx.scope",
				(unsigned long long)mix(id));
		break;
	case LOGIN:
		snprintf(path, sizeof(path),
				"/user.slice/user-%u.slice/session-%u.scope",
				(unsigned)(1000 + user), (unsigned)id);
		break;
	case JOB:
		snprintf(path, sizeof(path),
				"/system.slice/slurmstepd.scope/job_%u/step_0/"
				"user/task_0",
				(unsigned)id);
	}
	put_name(TM_NAME_CGROUP, id, path);
}

static void put_processes(uint64_t user)
{
	char text[32];

	for (unsigned worker = 0; worker < 4; worker++) {
		snprintf(text, sizeof(text), "/usr/lib/work/worker%u",
				(unsigned)((user + worker) % PROCESSES));
		put_name(TM_NAME_COMMAND, pid_of(user, worker), text);
		snprintf(text, sizeof(text), "%u 1", (unsigned)(1000 + user));
		if (user % SORTS >= LOGIN)
			put_name(TM_NAME_LOGIN, pid_of(user, worker), text);
	}
}

/* Of the workloads that begin in the hour. */
static void put_workloads(void)
{
	for (uint64_t user = 0; user < options.users; user++) {
		const uint64_t id = cgroup_of(user, now_ns);

		if (id != cgroup_of(user, now_ns - HOURS_NS))
			put_cgroup(user, id);
	}
}

static void put_sum(void)
{
	struct tm_event *const event = next_record(TM_TRAFFIC);
	const uint64_t user = draw_below(options.users);
	const uint64_t which = mix(user * OWN + draw_below(OWN));
	const uint64_t random = draw();
	const int is_out = random & 1;
	uint8_t *const host = is_out ? event->source : event->destination;
	uint8_t *const remote = is_out ? event->destination : event->source;

	event->direction = is_out;
	event->protocol = which >> 32 & 7 ? 6 : 17;
	event->packets = 1 + (random >> 8 & 63);
	event->bytes = event->packets * (40 + (random >> 16) % 1460);
	event->span = 100;
	event->uid = event->socket_uid = 1000 + user;
	event->pid = pid_of(user, which >> 40 & 3);
	event->cgroup_id = options.workloads ? cgroup_of(user, now_ns) : 0;
	event->ifindex = INTERFACE;
	event->flags = TM_OWNER_TASK;
	snprintf(event->process, sizeof(event->process), "worker%u",
			(unsigned)((user + (which >> 40 & 3)) % PROCESSES));
	put_host(host, 0);
	put_host(remote, 1 + (which & UINT32_MAX) % options.remotes);
	count_seen(event);
}

static void put_history(void)
{
	const uint64_t minutes = options.days * 1440;

	now_ns = END_NS - minutes * 60 * TM_SECOND_NS;
	state = 88172645463325252;
	put_start(1, 0);
	put_names(INTERFACE, options.users);
	for (uint64_t user = 0; user < options.users && options.workloads;
			user++) {
		put_processes(user);
		put_cgroup(user, cgroup_of(user, now_ns));
	}
	for (uint64_t minute = 0; minute < minutes; minute++) {
		if (options.workloads && minute % 60 == 0)
			put_workloads();
		for (uint64_t i = 0; i < options.events; i++) {
			put_sum();
			now_ns += 60 * TM_SECOND_NS / options.events;
		}
		now_ns = END_NS - (minutes - minute - 1) * 60 * TM_SECOND_NS -
				1;
		put_status(minute + 1 < minutes ? TM_TICK : TM_END, 1);
		now_ns++;
	}
	flush();
}

int main(int argc, char **argv)
{
	uint64_t *const values[] = { &options.days, &options.users,
		&options.remotes, &options.events, &options.workloads };
	static const char letters[] = "durmw";
	int letter;

	while ((letter = getopt(argc, argv, "d:u:r:m:w:")) != -1) {
		const char *const at = strchr(letters, letter);

		if (!at)
			errx(2, "see the head of bench/history.c");
		*values[at - letters] = strtoull(optarg, NULL, 10);
	}
	if (!options.users || !options.remotes || !options.events ||
			isatty(STDOUT_FILENO))
		errx(2, "see the head of bench/history.c");
	put_history();
	return 0;
}
