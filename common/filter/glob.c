#include <string.h>

#include "glob.h"

#define LONGEST 64

static bool is_simple(const char *pattern, size_t size)
{
	return size <= LONGEST && !pattern[strcspn(pattern, "[\\")];
}

static bool characters_meet(char a, char b)
{
	return a && b && (a == b || a == '?' || b == '?');
}

bool tm_globs_meet(const char *a, const char *b)
{
	/* of the rests of both, from the last to the first */
	bool meet[LONGEST + 2][LONGEST + 2] = { 0 };
	const size_t a_size = strlen(a), b_size = strlen(b);

	if (!is_simple(a, a_size) || !is_simple(b, b_size))
		return true;
	for (size_t i = a_size + 1; i--;) {
		for (size_t j = b_size + 1; j--;) {
			if (i == a_size && j == b_size)
				meet[i][j] = true;
			else if (a[i] == '*' || b[j] == '*')
				meet[i][j] = (a[i] && meet[i + 1][j]) ||
						(b[j] && meet[i][j + 1]);
			else
				meet[i][j] = characters_meet(a[i], b[j]) &&
						meet[i + 1][j + 1];
		}
	}
	return meet[0][0];
}
