#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "alert.h"
#include "common/base/escape.h"
#include "common/base/exit.h"
#include "common/base/number.h"

static void say(const struct alert *alert, const struct report *report,
		uint32_t uid, uint64_t bytes)
{
	char size[TM_SIZE_SIZE], limit[TM_SIZE_SIZE],
			number[TM_NUMBER_SIZE + 1];
	const char *name = report_user_name(report, uid);
	char *text;
	size_t room;

	*tm_number_format(number, uid) = '\0';
	if (!name)
		name = number;
	room = TM_ESCAPE_GROWTH * strlen(name) + 1;
	text = malloc(room);
	if (!text)
		err(TM_FAILED, NULL);
	tm_escape_text(text, room, name, strlen(name));
	warnx("%s: %s (%ju bytes) is over the limit of %s", text,
			tm_size_format(size, bytes), (uintmax_t)bytes,
			tm_size_format(limit, alert->limit));
	free(text);
}

void alert_check(struct alert *alert, const struct report *report)
{
	const struct report_view *const view =
			&report->tally->views[VIEW_USERS];
	const struct tm_sums *const users = &view->total;
	struct tm_ranking ranking;

	if (!alert->limit)
		return;
	ranking = report_rank(
			view, users, (struct tm_order){ TM_BY_TOTAL, 0 }, 0);
	for (uint32_t i = 0; i < ranking.count; i++) {
		const uint32_t uid = *tm_sums_key(users, ranking.rows[i].row);
		const uint64_t bytes =
				tm_sum_bytes(&users->rows[ranking.rows[i].row]);

		if (bytes <= alert->limit)
			break;
		if (tm_index_find(&alert->said, uid) != TM_INDEX_NONE)
			continue;
		say(alert, report, uid, bytes);
		if (tm_index_add(&alert->said, uid) == TM_INDEX_NONE)
			err(TM_FAILED, NULL);
	}
	free(ranking.rows);
}

bool alert_is_over(const struct alert *alert)
{
	return alert->said.count;
}
