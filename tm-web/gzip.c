#include <zlib.h>

#include "gzip.h"

bool gzip_text(struct tm_text *text)
{
	z_stream stream = { .next_in = (Bytef *)text->at,
		.avail_in = text->size };
	struct tm_text packed = { 0 };
	size_t bound;
	char *to;

	/* 16: gzip's header in the place of zlib's own */
	if (deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8,
			    Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	bound = deflateBound(&stream, text->size);
	to = tm_text_reserve(&packed, bound);
	stream.next_out = (Bytef *)to;
	stream.avail_out = bound;
	if (!to || deflate(&stream, Z_FINISH) != Z_STREAM_END) {
		deflateEnd(&stream);
		tm_text_free(&packed);
		return false;
	}
	packed.size = stream.total_out;
	packed.most = text->most;
	deflateEnd(&stream);
	tm_text_free(text);
	*text = packed;
	return true;
}
