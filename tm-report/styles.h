/* The forms of reports by name, and what each needs to be counted. */
#ifndef TM_REPORT_STYLES_H
#define TM_REPORT_STYLES_H

#include "report.h"

/* Places in styles[]. */
enum { STYLE_PDTT, STYLE_PDTT_XDP, STYLE_PROCESSES, STYLE_TABLE };

struct style {
	const char *name;
	style_fn *write;
	bool is_table;	/* its rows are what --by says, else those of users */
	bool has_rates; /* at an interval it shows that interval's */
};

/* The styles and the formats; names of NULL end them. */
extern const struct style styles[], formats[], oneline_style;

static inline bool style_is_pdtt(const struct style *style)
{
	return style->write == style_write_pdtt ||
			style->write == style_write_pdtt_xdp;
}

static inline bool style_is_table(const struct style *style)
{
	return style->write == style_write_table;
}

struct report_options;

/* Wants the views that the options ask for. */
void styles_want(const struct report_options *options, struct tally *tally);

#endif
