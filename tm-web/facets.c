#include "facets.h"
#include "common/base/json.h"
#include "common/sums/key.h"
#include "gzip.h"

struct asset facets;

static void facets_put_list(struct tm_text *text, const char *name,
		enum tm_key_id first, enum tm_key_id last)
{
	tm_text_format(text, "export const %s = [", name);
	for (enum tm_key_id id = first; id <= last; id++) {
		tm_text_string(text, id == first ? "" : ",");
		tm_json_string(text, tm_key_table[id].name);
	}
	tm_text_string(text, "];\n");
}

static void facets_write(struct tm_text *text)
{
	facets_put_list(text, "FACETS", TM_KEY_USER, TM_KEY_DIRECTION);
	facets_put_list(text, "TIMES", TM_KEY_MINUTE, TM_KEY_MONTH);
}

int facets_start(void)
{
	struct tm_text text = { 0 }, packed = { 0 };

	facets_write(&text);
	facets_write(&packed);
	if (text.error || packed.error || !gzip_text(&packed)) {
		tm_text_free(&text);
		tm_text_free(&packed);
		return -1;
	}
	facets = (struct asset){ "facets.js", text.at, text.at + text.size,
		packed.at, packed.at + packed.size };
	return 0;
}
