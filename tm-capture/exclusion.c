#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "common/net/address.h"
#include "exclusion.h"

#define FAMILY_BITS 32
#define MAPPED_BITS 96

bool network_list_name(struct network_list *list, const char *argument)
{
	if (list->count == NETWORK_LIST_ARGUMENTS)
		return false;
	list->arguments[list->count++] = argument;
	return true;
}

static int exclusion_out_of_memory(char problem[TM_NETWORKS_PROBLEM])
{
	snprintf(problem, TM_NETWORKS_PROBLEM, "out of memory");
	return -1;
}

static struct tm_networks *network_list_read(struct exclusion *exclusion,
		const struct network_list *list,
		char problem[TM_NETWORKS_PROBLEM])
{
	struct tm_networks *const networks = tm_networks_new();

	if (!networks) {
		exclusion_out_of_memory(problem);
		return NULL;
	}
	for (size_t i = 0; i < list->count; i++) {
		exclusion->wrong = list->arguments[i];
		if (tm_networks_add(networks, list->arguments[i], problem))
			goto failed;
	}
	if (!tm_networks_build(networks))
		return networks;
	exclusion_out_of_memory(problem);
failed:
	tm_networks_free(networks);
	return NULL;
}

int exclusion_read(
		struct exclusion *exclusion, char problem[TM_NETWORKS_PROBLEM])
{
	exclusion->site.networks =
			network_list_read(exclusion, &exclusion->site, problem);
	if (!exclusion->site.networks)
		return -1;
	exclusion->excluded.networks = network_list_read(
			exclusion, &exclusion->excluded, problem);
	return exclusion->excluded.networks ? 0 : -1;
}

static struct listed_network network_key(const struct tm_network *network)
{
	const bool is_ipv4 = tm_address_is_ipv4(network->address);
	struct listed_network key = {
		.prefix = FAMILY_BITS + (is_ipv4 ? MAPPED_BITS : 0) +
				network->prefix,
		.family = is_ipv4 ? 4 : 6,
	};

	memcpy(key.address, network->address, sizeof(key.address));
	return key;
}

static int network_list_load(const struct tm_networks *networks, int fd)
{
	const uint8_t there = 1;
	struct tm_networks_walk walk = { 0 };
	struct tm_network network;

	while (tm_networks_next(networks, &walk, &network)) {
		const struct listed_network key = network_key(&network);

		if (bpf_map_update_elem(fd, &key, &there, BPF_ANY))
			return -1;
	}
	return 0;
}

/* Both lists are sorted: IPv4 first, then by address and prefix length. */
static int network_compare(
		const struct tm_network *a, const struct tm_network *b)
{
	const bool a_is_ipv4 = tm_address_is_ipv4(a->address);
	const bool b_is_ipv4 = tm_address_is_ipv4(b->address);
	int order;

	if (a_is_ipv4 != b_is_ipv4)
		return a_is_ipv4 ? -1 : 1;
	order = memcmp(a->address, b->address, sizeof(a->address));
	return order ? order : (int)a->prefix - (int)b->prefix;
}

/* Deletes what is only in old. */
static int network_list_trim(const struct tm_networks *old,
		const struct tm_networks *new, int fd)
{
	struct tm_networks_walk old_walk = { 0 }, new_walk = { 0 };
	struct tm_network gone, kept;
	struct listed_network key;
	bool has_kept = tm_networks_next(new, &new_walk, &kept);

	while (tm_networks_next(old, &old_walk, &gone)) {
		while (has_kept && network_compare(&kept, &gone) < 0)
			has_kept = tm_networks_next(new, &new_walk, &kept);
		if (has_kept && !network_compare(&kept, &gone))
			continue;
		key = network_key(&gone);
		if (bpf_map_delete_elem(fd, &key) && errno != ENOENT)
			return -1;
	}
	return 0;
}

int exclusion_load(struct exclusion *exclusion, int site_fd, int excluded_fd,
		int in_use_fd)
{
	exclusion->site.fd = site_fd;
	exclusion->excluded.fd = excluded_fd;
	exclusion->in_use = mmap(NULL, sysconf(_SC_PAGESIZE),
			PROT_READ | PROT_WRITE, MAP_SHARED, in_use_fd, 0);
	if (exclusion->in_use == MAP_FAILED ||
			network_list_load(exclusion->site.networks, site_fd) ||
			network_list_load(exclusion->excluded.networks,
					excluded_fd))
		return -1;
	*exclusion->in_use = (struct lists){
		.generation = 1,
		.has_site = exclusion->site.count,
		.has_excluded = exclusion->excluded.count,
	};
	return 0;
}

static int network_list_replace(
		struct network_list *list, struct tm_networks *networks)
{
	if (network_list_load(networks, list->fd) ||
			network_list_trim(list->networks, networks, list->fd))
		return -1;
	tm_networks_free(list->networks);
	list->networks = networks;
	return 0;
}

int exclusion_reload(
		struct exclusion *exclusion, char problem[TM_NETWORKS_PROBLEM])
{
	struct exclusion again = *exclusion;

	if (exclusion_read(&again, problem))
		return -1;
	if (network_list_replace(&exclusion->site, again.site.networks) ||
			network_list_replace(&exclusion->excluded,
					again.excluded.networks)) {
		snprintf(problem, TM_NETWORKS_PROBLEM,
				"the kernel refuses the new lists: %s",
				strerror(errno));
		return -1;
	}
	/* from here on each connection is judged again */
	__atomic_store_n(&exclusion->in_use->generation,
			(exclusion->in_use->generation + 1) % LIST_GENERATIONS,
			__ATOMIC_RELEASE);
	return 0;
}
