#include <err.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/history/query.h"
#include "quota-command.h"

#define SUBUID "/etc/subuid"

void quota_check(const struct tm_history *history, int result)
{
	if (result < 0)
		errx(TM_FAILED, "%s", tm_history_problem(history));
}

/* --- groups --- */

struct uids {
	uint32_t *uids;
	size_t count;
};

static void uids_add(struct uids *uids, uint32_t uid)
{
	uint32_t *const more =
			realloc(uids->uids, (uids->count + 1) * sizeof(*more));

	if (!more)
		err(TM_FAILED, NULL);
	uids->uids = more;
	more[uids->count++] = uid;
}

/* The members that it lists, and the users whose primary group it is. */
static struct uids find_members(const struct group *group)
{
	const struct passwd *user;
	struct uids uids = { 0 };

	for (char **name = group->gr_mem; *name; name++) {
		user = getpwnam(*name);
		if (user)
			uids_add(&uids, user->pw_uid);
	}
	setpwent();
	while ((user = getpwent())) {
		if (user->pw_gid == group->gr_gid)
			uids_add(&uids, user->pw_uid);
	}
	endpwent();
	return uids;
}

/* A removed group keeps its members. */
static void note_group(struct tm_history *history, const char *name)
{
	const struct group *const group = getgrnam(name);
	struct uids uids;

	if (!group) {
		warnx("group %s: this machine has no such group any more",
				name);
		return;
	}
	uids = find_members(group);
	quota_check(history,
			tm_history_set_members(
					history, name, uids.uids, uids.count));
	free(uids.uids);
}

void quota_check_group(struct tm_history *history, const char *name)
{
	if (strlen(name) >= TM_HISTORY_GROUP_SIZE)
		errx(TM_MISUSED, "--members: the name is too long: %s", name);
	if (!tm_history_is_local(history))
		errx(TM_FAILED,
				"--members: %s: the history is not of this machine, "
				"whose groups have other members",
				name);
	if (!getgrnam(name))
		errx(TM_FAILED, "--members: %s: this machine has no such group",
				name);
}

/* --- subordinate uids --- */

/* "alice:100000:65536", of subuid(5). */
static bool parse_subuid(char *line, struct tm_history_uids *uids)
{
	const char *const name = strsep(&line, ":");
	const char *const first = strsep(&line, ":");
	uint64_t owner, begin, count;
	const struct passwd *user;

	if (!first || !line)
		return false;
	line[strcspn(line, "\n")] = '\0';
	if (!tm_number_parse(first, UINT32_MAX, &begin) ||
			!tm_number_parse(line, UINT32_MAX - begin, &count))
		return false;
	if (!tm_number_parse(name, UINT32_MAX, &owner)) {
		user = getpwnam(name);
		if (!user)
			return false;
		owner = user->pw_uid;
	}
	*uids = (struct tm_history_uids){ begin, count, owner };
	return count;
}

static void note_owners(struct tm_history *history)
{
	FILE *const file = fopen(SUBUID, "re");
	struct tm_history_uids *uids = NULL;
	size_t count = 0, room = 0, size = 0;
	char *line = NULL;

	while (file && getline(&line, &size, file) >= 0) {
		if (count == room) {
			room = room ? 2 * room : 16;
			uids = realloc(uids, room * sizeof(*uids));
			if (!uids)
				err(TM_FAILED, NULL);
		}
		count += parse_subuid(line, &uids[count]);
	}
	quota_check(history, tm_history_set_owners(history, uids, count));
	free(line);
	free(uids);
	if (file)
		fclose(file);
}

/* --- both --- */

static bool is_about_group(const struct tm_history_rule *rule)
{
	return rule->whose == TM_HISTORY_OF_GROUP ||
			rule->whose == TM_HISTORY_OF_MEMBERS;
}

void quota_note_people(struct tm_history *history)
{
	struct tm_history_rules rules;

	if (!tm_history_is_local(history))
		return;
	quota_check(history, tm_history_rules(history, &rules));
	if (rules.count)
		note_owners(history);
	for (size_t i = 0; i < rules.count; i++) {
		if (is_about_group(&rules.rules[i]))
			note_group(history, rules.rules[i].group);
	}
	tm_history_rules_free(&rules);
}
