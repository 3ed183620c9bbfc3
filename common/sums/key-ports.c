#include <stdio.h>

#include "common/record/fields.h"
#include "common/record/services.h"
#include "key-functions.h"

#define TCP 6

static bool port_is_out(const struct tm_event *event)
{
	return event->direction == TM_OUT;
}

/* The service's, the same for both directions. */
void tm_key_extract_port(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	const uint16_t a = event->source_port, b = event->destination_port;

	if (!sources->ports) {
		*words = !a || (b && b < a) ? b : a;
		return;
	}
	*words = tm_ports_note(sources->ports, event);
	if (sources->is_at_once)
		*words = tm_ports_settle(sources->ports, *words);
}

void tm_key_settle_port(const struct tm_key_sources *sources, uint64_t *words)
{
	if (sources->ports)
		*words = tm_ports_settle(sources->ports, *words);
}

void tm_key_extract_source_port(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	(void)sources;
	*words = event->source_port;
}

void tm_key_extract_destination_port(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	(void)sources;
	*words = event->destination_port;
}

void tm_key_extract_local_port(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	(void)sources;
	*words = port_is_out(event) ? event->source_port
				    : event->destination_port;
}

void tm_key_extract_remote_port(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	(void)sources;
	*words = port_is_out(event) ? event->destination_port
				    : event->source_port;
}

void tm_key_extract_protocol(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	(void)sources;
	*words = event->protocol;
}

void tm_key_label_protocol(const struct tm_key_sources *sources,
		const uint64_t *words, struct tm_label *label)
{
	const char *const text = sources->is_numeric
			? NULL
			: tm_word_text(tm_protocols, *words);

	if (text)
		tm_label_set(label, TM_LABEL_WORD, text);
	else
		tm_label_digits(label, *words ? TM_LABEL_WORD : TM_LABEL_ABSENT,
				*words);
}

/* Of two words: the port as above, and the protocol. */
void tm_key_extract_service(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	tm_key_extract_port(sources, event, words);
	words[1] = event->protocol;
}

/* The name alone means TCP, or the only protocol that has it on that port. */
void tm_key_label_service(const struct tm_key_sources *sources,
		const uint64_t *words, struct tm_label *label)
{
	const char *name = NULL, *protocol = NULL;

	if (!*words) {
		tm_key_label_protocol(sources, words + 1, label);
		return;
	}
	if (!sources->is_numeric)
		name = tm_service_name(words[1], *words);
	if (!name || (words[1] != TCP && tm_service_name(TCP, *words)))
		protocol = tm_word_text(tm_protocols, words[1]);
	if (name)
		snprintf(label->room, sizeof(label->room), "%.40s%s%s", name,
				protocol ? "/" : "", protocol ? protocol : "");
	else if (protocol)
		snprintf(label->room, sizeof(label->room), "%u/%s",
				(unsigned)*words, protocol);
	else
		snprintf(label->room, sizeof(label->room), "%u/%u",
				(unsigned)*words, (unsigned)words[1]);
	tm_label_set(label, TM_LABEL_NAME, label->room);
}
