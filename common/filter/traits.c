#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/net/address.h"
#include "common/record/event.h"
#include "traits.h"

#define SPAN_NS (UINT16_MAX * UINT64_C(10000000)) /* a record's longest */
#define NETWORKS_MOST 4096			  /* of one list */
#define TIMES_MOST 64

/* The largest value of the traits that are numbers. */
static const uint64_t largest[] = {
	[TM_TRAIT_KIND] = TM_UNATTRIBUTED,
	[TM_TRAIT_DIRECTION] = TM_OUT,
	[TM_TRAIT_UID] = UINT32_MAX,
	[TM_TRAIT_PID] = UINT32_MAX,
	[TM_TRAIT_CGROUP] = UINT64_MAX,
	[TM_TRAIT_IFINDEX] = UINT32_MAX,
	[TM_TRAIT_PROTOCOL] = UINT8_MAX,
	[TM_TRAIT_BYTES] = UINT64_MAX,
	[TM_TRAIT_PACKETS] = UINT32_MAX,
	[TM_TRAIT_LOOPBACK] = TM_LOOPBACK,
	[TM_TRAIT_LOGIN] = UINT32_MAX,
	[TM_TRAIT_SOURCE_PORT] = UINT16_MAX,
	[TM_TRAIT_DESTINATION_PORT] = UINT16_MAX,
};

/* Of a port or an address: that of the source. */
static const uint8_t trait_of[] = {
	[TM_TEST_KIND] = TM_TRAIT_KIND,
	[TM_TEST_DIRECTION] = TM_TRAIT_DIRECTION,
	[TM_TEST_UID] = TM_TRAIT_UID,
	[TM_TEST_PID] = TM_TRAIT_PID,
	[TM_TEST_CGROUP] = TM_TRAIT_CGROUP,
	[TM_TEST_IFINDEX] = TM_TRAIT_IFINDEX,
	[TM_TEST_PROTOCOL] = TM_TRAIT_PROTOCOL,
	[TM_TEST_BYTES] = TM_TRAIT_BYTES,
	[TM_TEST_PACKETS] = TM_TRAIT_PACKETS,
	[TM_TEST_PORT] = TM_TRAIT_SOURCE_PORT,
	[TM_TEST_LOOPBACK] = TM_TRAIT_LOOPBACK,
	[TM_TEST_SINCE] = TM_TRAIT_TIME,
	[TM_TEST_UNTIL] = TM_TRAIT_TIME,
	[TM_TEST_COMM] = TM_TRAIT_PROCESS,
	[TM_TEST_PROCESS_PATTERN] = TM_TRAIT_PROCESS,
	[TM_TEST_HOST] = TM_TRAIT_SOURCE,
	[TM_TEST_NET] = TM_TRAIT_SOURCE,
	[TM_TEST_USER_NAME] = TM_TRAIT_USER_NAME,
	[TM_TEST_INTERFACE_NAME] = TM_TRAIT_INTERFACE_NAME,
	[TM_TEST_CGROUP_NAME] = TM_TRAIT_CGROUP_NAME,
	[TM_TEST_LOGIN] = TM_TRAIT_LOGIN,
	[TM_TEST_LOGIN_NAME] = TM_TRAIT_LOGIN_NAME,
	[TM_TEST_FACT] = TM_TRAIT_FACT,
	[TM_TEST_SERVICE] = TM_TRAIT_FACT,
};

static enum tm_trait_of question_trait(const struct tm_question *question)
{
	const enum tm_trait_of of = trait_of[question->test];

	return of == TM_TRAIT_FACT ? of + question->wanted->fact : of;
}

/* --- numbers --- */

static void number_add(
		struct tm_traits *traits, enum tm_trait_of of, uint64_t number)
{
	if (number <= largest[of])
		tm_trait_add(traits, of,
				(union tm_trait_value){ .number = number });
}

/* The lowest of each stretch whose numbers have the same answers. */
static void numbers_learn(struct tm_traits *traits, enum tm_trait_of of,
		const struct tm_question *question)
{
	if (!traits->all[of].count)
		number_add(traits, of, 0);
	number_add(traits, of, question->low);
	if (question->high != UINT64_MAX)
		number_add(traits, of, question->high + 1);
}

/* --- times --- */

static void time_add(
		struct tm_traits *traits, uint64_t end_ns, uint64_t begin_ns)
{
	const uint64_t least_ns = end_ns > SPAN_NS ? end_ns - SPAN_NS : 0;

	if (begin_ns > end_ns)
		return;
	if (begin_ns < least_ns)
		begin_ns = least_ns;
	tm_trait_add(traits, TM_TRAIT_TIME,
			(union tm_trait_value){ .end_ns = end_ns,
					.begin_ns = begin_ns });
}

/* An event that spans two times may be since the later and until the earlier
 * one: the least pairs of an end and a beginning. */
static void times_learn(
		struct tm_traits *traits, const struct tm_question *question)
{
	struct tm_trait *const trait = &traits->all[TM_TRAIT_TIME];
	const size_t count = trait->count;
	const uint64_t time_ns = question->low;
	uint64_t other_ns;

	traits->is_too_much |= count > TIMES_MOST * TIMES_MOST;
	if (traits->is_too_much)
		return;
	time_add(traits, 0, 0);
	time_add(traits, time_ns, 0);
	time_add(traits, time_ns, time_ns);
	for (size_t i = 0; i < count; i++) {
		other_ns = trait->values[i].end_ns;
		time_add(traits, other_ns, time_ns);
		time_add(traits, time_ns, other_ns);
	}
}

/* --- addresses --- */

static void address_add(struct tm_traits *traits, enum tm_trait_of of,
		const uint8_t address[16])
{
	union tm_trait_value value;

	memcpy(value.address, address, sizeof(value.address));
	tm_trait_add(traits, of, value);
}

/* The first address after the network; after the last of all comes ::. */
static void address_pass(struct tm_network *network)
{
	const unsigned ipv4 = tm_address_is_ipv4(network->address) ? 96 : 0;
	const unsigned bits = network->prefix + ipv4;
	unsigned carry, byte = (bits + 7) / 8;

	for (carry = 1u << (8 - bits % 8) % 8; byte-- && carry; carry >>= 8) {
		carry += network->address[byte];
		network->address[byte] = carry;
	}
}

static void networks_learn(struct tm_traits *traits, enum tm_trait_of of,
		const struct tm_networks *networks)
{
	struct tm_networks_walk walk = { 0 };
	struct tm_network network;
	size_t count = 0;

	while (!traits->is_too_much &&
			tm_networks_next(networks, &walk, &network)) {
		address_add(traits, of, network.address);
		address_pass(&network);
		address_add(traits, of, network.address);
		traits->is_too_much |= ++count > NETWORKS_MOST;
	}
}

static void addresses_learn(struct tm_traits *traits, enum tm_trait_of of,
		const struct tm_question *question)
{
	static const uint8_t lowest[2][16] = { { 0 },
		{ [10] = 0xff, [11] = 0xff } };

	if (!traits->all[of].count) {
		address_add(traits, of, lowest[0]);
		address_add(traits, of, lowest[1]);
	}
	if (question->test == TM_TEST_NET)
		networks_learn(traits, of, question->list->networks);
	else
		address_add(traits, of, question->address);
}

/* --- all --- */

static enum tm_truth truth_of(bool is_true)
{
	return is_true ? TM_TRUE : TM_FALSE;
}

/* The number that a name belongs to: without an owner there is none. */
static enum tm_trait_of trait_named(enum tm_trait_of of)
{
	return of == TM_TRAIT_LOGIN_NAME ? TM_TRAIT_LOGIN : TM_TRAIT_UID;
}

static bool is_user_name(enum tm_trait_of of)
{
	return of == TM_TRAIT_USER_NAME || of == TM_TRAIT_LOGIN_NAME;
}

static void trait_learn(struct tm_traits *traits, enum tm_trait_of of,
		const struct tm_question *question)
{
	if (of < TM_TRAIT_TIME)
		numbers_learn(traits, of, question);
	else if (of == TM_TRAIT_TIME)
		times_learn(traits, question);
	else if (of <= TM_TRAIT_DESTINATION)
		addresses_learn(traits, of, question);
	else
		tm_trait_texts_learn(traits, of, question);
}

static bool question_has_ends(const struct tm_question *question)
{
	return question->test == TM_TEST_PORT ||
			question->test == TM_TEST_HOST ||
			question->test == TM_TEST_NET;
}

void tm_traits_learn(
		struct tm_traits *traits, const struct tm_question *question)
{
	static const struct tm_question directions = { .low = TM_OUT,
		.high = TM_OUT };
	static const struct tm_question owners = { .low = TM_NOBODY,
		.high = TM_NOBODY };
	const enum tm_trait_of of = question_trait(question);

	trait_learn(traits, of, question);
	if (question_has_ends(question)) {
		trait_learn(traits, of + 1, question);
		trait_learn(traits, TM_TRAIT_DIRECTION, &directions);
	}
	if (is_user_name(of))
		trait_learn(traits, trait_named(of), &owners);
}

static enum tm_truth trait_answer(struct tm_traits *traits, enum tm_trait_of of,
		const struct tm_question *question)
{
	const union tm_trait_value *const value = traits->all[of].chosen;

	if (!value)
		return tm_trait_open(traits, of);
	switch (question->test) {
	case TM_TEST_SINCE:
		return truth_of(value->end_ns >= question->low);
	case TM_TEST_UNTIL:
		return truth_of(value->begin_ns < question->low);
	case TM_TEST_HOST:
		return truth_of(!memcmp(value->address, question->address,
				sizeof(value->address)));
	case TM_TEST_NET:
		return truth_of(tm_networks_hold(
				question->list->networks, value->address));
	}
	if (of >= TM_TRAIT_USER_NAME)
		return tm_trait_text_answer(traits, of, question, value->text);
	return truth_of(value->number >= question->low &&
			value->number <= question->high);
}

/* One is enough; or, of the opposite, none. */
static enum tm_truth answer_either(struct tm_traits *traits,
		enum tm_trait_of of, const struct tm_question *question,
		enum tm_truth decisive)
{
	const enum tm_truth source = trait_answer(traits, of, question);
	enum tm_truth destination;

	if (source == decisive)
		return source;
	destination = trait_answer(traits, of + 1, question);
	return destination == decisive || source != TM_UNDECIDED ? destination
								 : source;
}

static enum tm_truth answer_side(struct tm_traits *traits, enum tm_trait_of of,
		const struct tm_question *question)
{
	const union tm_trait_value *const direction =
			traits->all[TM_TRAIT_DIRECTION].chosen;
	bool is_source;

	if (!direction)
		return tm_trait_open(traits, TM_TRAIT_DIRECTION);
	is_source = (direction->number == TM_IN) ==
			(question->ends == TM_REMOTE);
	return trait_answer(traits, is_source ? of : of + 1, question);
}

static enum tm_truth answer_user(struct tm_traits *traits, enum tm_trait_of of,
		const struct tm_question *question)
{
	const enum tm_trait_of named = trait_named(of);
	const union tm_trait_value *const uid = traits->all[named].chosen;

	if (!uid)
		return tm_trait_open(traits, named);
	return uid->number == TM_NOBODY ? TM_FALSE
					: trait_answer(traits, of, question);
}

enum tm_truth tm_traits_answer(
		struct tm_traits *traits, const struct tm_question *question)
{
	const enum tm_trait_of of = question_trait(question);

	if (is_user_name(of))
		return answer_user(traits, of, question);
	if (!question_has_ends(question))
		return trait_answer(traits, of, question);
	switch (question->ends) {
	case TM_SOURCE:
		return trait_answer(traits, of, question);
	case TM_DESTINATION:
		return trait_answer(traits, of + 1, question);
	case TM_BOTH:
		return answer_either(traits, of, question, TM_FALSE);
	case TM_EITHER:
		return answer_either(traits, of, question, TM_TRUE);
	}
	return answer_side(traits, of, question);
}

bool tm_traits_choose(struct tm_traits *traits, int trait, size_t value)
{
	struct tm_trait *const chosen = &traits->all[trait];
	const union tm_trait_value *const wanted = &chosen->values[value];

	chosen->chosen = NULL;
	if (trait >= TM_TRAIT_PATTERN && wanted->number &&
			!tm_trait_pattern_can_hold(traits, trait))
		return false;
	chosen->chosen = wanted;
	return true;
}

void tm_traits_free(struct tm_traits *traits)
{
	for (size_t i = 0; i < TM_TRAITS; i++)
		free(traits->all[i].values);
	*traits = (struct tm_traits){ 0 };
}
