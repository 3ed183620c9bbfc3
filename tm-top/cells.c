#include "cells.h"

#include "common/base/number.h"
#include "common/record/words.h"

/* The key in whose place that is shown: the remote, or else the first of those
 * that a LOST record does not know. */
static bool shows_loss(const struct tm_keys *keys, unsigned number)
{
	const int remote = tm_keys_place(keys, TM_KEY_REMOTE);

	if (remote >= 0 || !keys->list[number]->is_detail)
		return remote == (int)number;
	while (number--) {
		if (keys->list[number]->is_detail)
			return false;
	}
	return true;
}

bool cell_label(struct tm_label *label, const struct list_place *place,
		const struct tm_key_sources *sources, unsigned number,
		const uint64_t *row_key)
{
	const struct tm_keys *const keys = &place->keys;

	keys->list[number]->label(
			sources, row_key + keys->offsets[number], label);
	if (list_is_lost(place, row_key) && shows_loss(keys, number)) {
		label->sort = TM_LABEL_WORD;
		label->text = CELL_LOST;
	} else if (label->sort == TM_LABEL_ABSENT) {
		label->text = TM_WORD_ABSENT;
	} else if (label->sort == TM_LABEL_NUMBER) {
		*tm_number_format(label->room, label->number) = '\0';
		label->text = label->room;
	}
	return label->sort == TM_LABEL_NAME;
}

const uint64_t *cell_value(const struct list_place *place,
		const uint64_t *row_key, enum tm_key_id id)
{
	int at = tm_keys_place(&place->keys, id);

	if (at >= 0)
		return row_key + place->keys.offsets[at];
	at = tm_keys_place(&place->scope, id);
	return at >= 0 ? place->words + place->scope.offsets[at] : NULL;
}
