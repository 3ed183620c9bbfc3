/* The page's files, inside the program: nothing is served from disk. */
#ifndef TM_WEB_ASSETS_H
#define TM_WEB_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

/* What the build makes of tm-web/page/, sorted as there; name NULL ends it. */
struct asset {
	const char *name;
	const char *data, *end;
	const char *packed, *packed_end; /* by gzip(1) */
};

extern const struct asset assets[];

/* The folder in which the first page refers to the others: "/v123/". */
extern const char assets_version[];

/* Returns the asset of a path or NULL; / is index.html. Folders of other
 * versions have the same assets, but only in this one may browsers keep them.
 */
const struct asset *asset_find(const char *path, bool *is_lasting);

const char *asset_type(const struct asset *asset);

#define ASSET_TAG_SIZE 32

/* The ETag with its quotes; the packed form has its own. */
const char *asset_tag(char out[ASSET_TAG_SIZE], const struct asset *asset,
		bool is_packed);

#endif
