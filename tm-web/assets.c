#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "assets.h"
#include "facets.h"

/* Skips the folder of any version: a page of an older one may still be open. */
static const char *strip_version(const char *path)
{
	const size_t length =
			path[1] == 'v' ? strspn(path + 2, "0123456789") : 0;

	return length && path[2 + length] == '/' && path[3 + length]
			? path + 2 + length
			: path;
}

const struct asset *asset_find(const char *path, bool *is_lasting)
{
	const char *const stripped = strip_version(path);
	const char *const name = stripped[1] ? stripped + 1 : "index.html";

	*is_lasting = !strncmp(path, assets_version, strlen(assets_version));

	for (const struct asset *asset = assets; asset->name; asset++) {
		if (!strcmp(asset->name, name))
			return asset;
	}
	return facets.name && !strcmp(facets.name, name) ? &facets : NULL;
}

const char *asset_type(const struct asset *asset)
{
	static const char *const types[][2] = {
		{ ".html", "text/html; charset=utf-8" },
		{ ".css", "text/css; charset=utf-8" },
		{ ".js", "text/javascript; charset=utf-8" },
		{ ".svg", "image/svg+xml" },
		{ ".png", "image/png" },
		{ ".ico", "image/x-icon" },
	};
	const char *const end = strrchr(asset->name, '.');

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (end && !strcmp(end, types[i][0]))
			return types[i][1];
	}
	return "text/plain; charset=utf-8";
}

const char *asset_tag(char out[ASSET_TAG_SIZE], const struct asset *asset,
		bool is_packed)
{
	const size_t size = asset->end - asset->data;

	snprintf(out, ASSET_TAG_SIZE, "\"%08lx%zx%s\"",
			crc32(0, (const Bytef *)asset->data, size), size,
			is_packed ? "-gzip" : "");
	return out;
}
