/* Shows what common/record/names does, for names.bats.
 *   names-check users UID ...   each look-up's name, and whether it waited;
 *                               further words are those of look_up
 *   names-check expect UID ...  the names after all were asked for at once
 *   names-check split N         a text of N bytes through NAME records
 *   names-check note            NAME records from standard input: user 1000
 *   names-check facts           for each event of standard input, what is known
 *                               of its process
 *   names-check processes N     how many of N processes still have a name, if
 *                               the first is asked for throughout
 *   names-check cgroups N       the same of cgroups
 *   names-check renumber        the facts of one event, before and after */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/record/names.h"
#include "common/stream/reader.h"

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void print(const char *of, const char *name)
{
	printf("%s: %s\n", of, name ? name : "(none)");
}

/* A recording of this machine, whose users' names are this machine's. */
static void start_here(struct tm_names *names)
{
	struct tm_start start = { .magic = TM_MAGIC, .kind = TM_START };

	gethostname(start.host, sizeof(start.host) - 1);
	if (tm_names_note(names, (const struct tm_event *)&start))
		err(1, NULL);
}

/* Asks for the user until it has that name, for 20 s at most. */
static void wait_for(struct tm_names *names, uint32_t uid, const char *wanted)
{
	const long began = now_ms();
	const char *name;

	do {
		usleep(20000);
		tm_names_refresh(names);
		name = tm_names_user(names, uid);
	} while (now_ms() - began < 20000 && (!name || strcmp(name, wanted)));
	print("  then", name);
}

/* Instead of a uid: "sleep", a pause of 1.5 s; "=NAME", wait until the last
 * user is called that; "!COMMAND". */
static void look_up(struct tm_names *names, char *const *uids)
{
	uint32_t uid = 0;
	long began;
	const char *name;

	for (; *uids; uids++) {
		if (!strcmp(*uids, "sleep")) {
			usleep(1500000);
			continue;
		}
		if (**uids == '=') {
			wait_for(names, uid, *uids + 1);
			continue;
		}
		if (**uids == '!') {
			if (system(*uids + 1))
				errx(1, "%s", *uids);
			continue;
		}
		uid = strtoul(*uids, NULL, 10);
		began = now_ms();
		name = tm_names_user(names, uid);
		began = now_ms() - began;
		print(*uids, name);
		if (began >= 300)
			printf("  blocked for %ld ms\n", began);
		else if (began >= 50)
			puts("  waited");
	}
}

static void expect(struct tm_names *names, char *const *uids)
{
	for (char *const *uid = uids; *uid; uid++)
		tm_names_expect(names, strtoul(*uid, NULL, 10));
	tm_names_settle(names);
	look_up(names, uids);
}

static void split(struct tm_names *names, size_t size)
{
	struct tm_event records[TM_NAME_PARTS + 1];
	char *const text = malloc(size + 2);
	const char *back;
	size_t n;

	if (!text)
		err(1, NULL);
	memset(text, 'x', size);
	strcpy(text + size, size ? "y" : "");
	n = tm_name_records(records, TM_NAME_PARTS + 1, TM_NAME_USER, 1000, 1,
			text);
	for (size_t i = 0; i < n; i++) {
		if (tm_names_note(names, &records[i]))
			err(1, NULL);
	}
	back = tm_names_recorded(names, TM_NAME_USER, 1000);
	printf("%zu records, %zu bytes, %s\n", n, back ? strlen(back) : 0,
			!back				     ? "none"
					: strcmp(back, text) ? "cut"
							     : "whole");
	free(text);
}

static void show_facts(struct tm_names *names, const struct tm_event *event)
{
	static const char *const facts[TM_FACTS] = { "job", "step", "unit",
		"container", "session", "workload", "command", "group",
		"host" };
	const uint32_t login = tm_names_login(names, event);

	printf("%u:", event->pid);
	for (unsigned i = 0; i < TM_FACTS; i++) {
		const uint32_t number = tm_names_fact(names, i, event);

		if (number)
			printf(" %s %s", facts[i],
					tm_names_text(names, number));
	}
	if (login != TM_NOBODY)
		printf(" login %u", login);
	putchar('\n');
}

/* The NAME record of a process. */
static void note_command(struct tm_names *names, uint32_t pid, const char *text)
{
	struct tm_event record;

	tm_name_records(&record, 1, TM_NAME_COMMAND, pid, 1, text);
	if (tm_names_note(names, &record))
		err(1, NULL);
}

static void processes(struct tm_names *names, uint32_t count)
{
	struct tm_event event = { .pid = 1 };
	uint32_t known = 0;

	for (uint32_t pid = 1; pid <= count; pid++) {
		note_command(names, pid, "/bin/x");
		event.pid = 1;
		if (!tm_names_fact(names, TM_FACT_COMMAND, &event))
			errx(1, "the first is forgotten after %u", pid);
	}
	for (event.pid = count; event.pid; event.pid--)
		known += tm_names_fact(names, TM_FACT_COMMAND, &event) != 0;
	printf("%u of %u\n", known, count);
}

static void note_cgroup(struct tm_names *names, uint64_t id)
{
	struct tm_event record;

	tm_name_records(&record, 1, TM_NAME_CGROUP, id, 1, "/a/b.service");
	if (tm_names_note(names, &record))
		err(1, NULL);
}

static bool has_unit(struct tm_names *names, uint64_t id)
{
	const struct tm_event event = { .cgroup_id = id };

	return tm_names_fact(names, TM_FACT_UNIT, &event);
}

static void cgroups(struct tm_names *names, uint64_t count)
{
	uint64_t known = 0, listed = 0, id;
	const char *text;
	size_t step = 0;

	for (id = 1; id <= count; id++) {
		note_cgroup(names, id);
		if (!has_unit(names, 1) || !has_unit(names, id))
			errx(1, "one is forgotten after %lu", id);
	}
	while (tm_names_next(names, TM_NAME_CGROUP, &step, &id, &text))
		listed++;
	for (id = count; id; id--)
		known += has_unit(names, id);
	printf("%lu of %lu, %s are listed\n", known, count,
			known == listed ? "which" : "others");
}

static void renumber(struct tm_names *names)
{
	const struct tm_event event = { .pid = 1 };
	uint32_t number;

	note_command(names, 1, "/bin/one");
	note_command(names, 2, "/bin/two");
	show_facts(names, &(struct tm_event){ .pid = 2 });
	show_facts(names, &event);
	number = tm_names_fact(names, TM_FACT_COMMAND, &event);
	tm_names_renumber(names);
	print("number without a meaning", tm_names_text(names, number));
	show_facts(names, &event);
}

static void read_input(struct tm_names *names, bool has_facts)
{
	struct tm_reader in;
	struct tm_event *events;
	ssize_t n;

	if (tm_reader_open(&in, &(char *){ NULL }))
		errx(in.status, "%s", in.problem);
	while ((n = tm_reader_next(&in, &events)) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (tm_names_note(names, &events[i]))
				err(1, NULL);
			if (has_facts && events[i].kind <= TM_UNATTRIBUTED)
				show_facts(names, &events[i]);
		}
	}
	tm_reader_close(&in);
	if (!has_facts)
		print("user 1000",
				tm_names_recorded(names, TM_NAME_USER, 1000));
}

int main(int argc, char **argv)
{
	struct tm_names *names = tm_names_new();

	if (!names || argc < 2)
		errx(2, "see the source");
	if (!strcmp(argv[1], "users") || !strcmp(argv[1], "expect"))
		start_here(names);
	if (!strcmp(argv[1], "users"))
		look_up(names, argv + 2);
	else if (!strcmp(argv[1], "expect"))
		expect(names, argv + 2);
	else if (!strcmp(argv[1], "split") && argc > 2)
		split(names, strtoul(argv[2], NULL, 10));
	else if (!strcmp(argv[1], "processes") && argc > 2)
		processes(names, strtoul(argv[2], NULL, 10));
	else if (!strcmp(argv[1], "cgroups") && argc > 2)
		cgroups(names, strtoul(argv[2], NULL, 10));
	else if (!strcmp(argv[1], "renumber"))
		renumber(names);
	else
		read_input(names, !strcmp(argv[1], "facts"));
	tm_names_free(names);
	return 0;
}
