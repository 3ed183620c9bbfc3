#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services.h"

#define SERVICES "/etc/services"
#define SERVICES_MOST 65536

struct service {
	uint16_t port;
	uint8_t protocol;
	char *name;
};

static struct service *services;
static size_t service_count;

static unsigned service_protocol(const char *name)
{
	static const struct {
		const char *name;
		unsigned number;
	} known[] = { { "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP },
		{ "sctp", IPPROTO_SCTP }, { "dccp", IPPROTO_DCCP } };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (!strcmp(known[i].name, name))
			return known[i].number;
	}
	return 0;
}

static int service_compare(const void *a, const void *b)
{
	const struct service *const x = a, *const y = b;

	if (x->protocol != y->protocol)
		return x->protocol < y->protocol ? -1 : 1;
	return x->port < y->port ? -1 : x->port > y->port;
}

/* NAME PORT/PROTOCOL ALIAS... # COMMENT */
static bool service_parse(struct service *service, char *line)
{
	char *rest, *name, *slash;
	unsigned long port;

	line[strcspn(line, "#\n")] = '\0';
	name = strtok_r(line, " \t", &rest);
	line = strtok_r(NULL, " \t", &rest);
	if (!name || !line)
		return false;
	port = strtoul(line, &slash, 10);
	if (*slash != '/' || !port || port > UINT16_MAX)
		return false;
	*service = (struct service){ port, service_protocol(slash + 1), name };
	return service->protocol;
}

static void services_add(const struct service *service)
{
	struct service *more = services;

	if (!(service_count & (service_count - 1)))
		more = reallocarray(services,
				service_count ? 2 * service_count : 1,
				sizeof(*services));
	if (!more)
		return;
	services = more;
	services[service_count] = *service;
	services[service_count].name = strdup(service->name);
	service_count += services[service_count].name != NULL;
}

static void services_read(void)
{
	FILE *const file = fopen(SERVICES, "re");
	struct service service;
	char line[512];

	while (file && service_count < SERVICES_MOST &&
			fgets(line, sizeof(line), file)) {
		if (service_parse(&service, line))
			services_add(&service);
	}
	if (file)
		fclose(file);
	if (service_count)
		qsort(services, service_count, sizeof(*services),
				service_compare);
}

static const char *service_find(unsigned protocol, uint16_t port)
{
	const struct service sought = { port, protocol, NULL };
	const struct service *found = NULL;

	if (service_count)
		found = bsearch(&sought, services, service_count,
				sizeof(*services), service_compare);
	return found ? found->name : NULL;
}

const char *tm_service_name(unsigned protocol, uint16_t port)
{
	static bool has_read;
	const char *name;

	if (!has_read)
		services_read();
	has_read = true;
	if (protocol)
		return service_find(protocol, port);
	name = service_find(IPPROTO_TCP, port);
	return name ? name : service_find(IPPROTO_UDP, port);
}
