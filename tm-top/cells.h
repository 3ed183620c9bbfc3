/* How the values of a row's keys read. */
#ifndef TM_TOP_CELLS_H
#define TM_TOP_CELLS_H

#include "top-list.h"

#define CELL_LOST "(lost)"

/* The value of a row's key of that number. The label has a text, whatever it
 * is; true if a stranger chose it. Do not copy the label. */
bool cell_label(struct tm_label *label, const struct list_place *place,
		const struct tm_key_sources *sources, unsigned number,
		const uint64_t *row_key);

/* The value that an event has of a key, if the key is among those of the place
 * or its scope; or NULL. */
const uint64_t *cell_value(const struct list_place *place,
		const uint64_t *row_key, enum tm_key_id id);

#endif
