#include <inttypes.h>
#include <stdlib.h>

#include "check.h"
#include "common/net/address.h"

const char *check_init(struct check *check, const char *text)
{
	check->text = text;
	if (!tm_address_parse(text, check->address))
		return "not an address";
	if (tm_address_is_ipv4(check->address) && strchr(text, ':'))
		return "write IPv4 addresses as such (192.0.2.1)";
	return NULL;
}

/* Opened late: the stream keeps pointers into the check, which may not move. */
static int check_remember(struct check *check, const char *file,
		const struct tm_netlist_entry *entry)
{
	if (!check->out)
		check->out = open_memstream(&check->matches, &check->size);
	if (!check->out)
		return -1;
	fprintf(check->out, "%s: %s:%" PRIu64 ": %.*s\n", check->text, file,
			entry->line, (int)entry->size, entry->text);
	return fflush(check->out) ? -1 : 0;
}

int check_entry(struct check *check, const char *file,
		const struct tm_netlist_entry *entry)
{
	if (!tm_netlist_holds(entry, check->address))
		return 0;
	return check_remember(check, file, entry);
}

bool check_print(const struct check *check, FILE *out)
{
	if (!check->size) {
		fprintf(out, "%s: no entry\n", check->text);
		return false;
	}
	fwrite(check->matches, 1, check->size, out);
	return true;
}

void check_free(struct check *check)
{
	if (check->out)
		fclose(check->out);
	free(check->matches);
}
