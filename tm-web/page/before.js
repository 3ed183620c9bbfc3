// The period before the one that is shown, and what moved in it.

import { ask } from "./ask.js";
import { moment, movedByCalendar, periodBefore } from "./calendar.js";
import { change } from "./format.js";
import { rowKey } from "./names.js";
import { laidUnder } from "./series.js";
import { follows } from "./state.js";

const ROWS_MOST = 10000;

// Which period that is: the day before, the month before, or as long. One that
// is not over is compared with as much of the one before.
export async function rangeBefore(state, { from, to, now }, meant) {
	const whole = periodBefore(state) ??
		(follows(state) ? null : movedByCalendar(from, to, -1));
	const length = to - from, past = Math.min(to, now) - from;
	const begin = whole ? (await meant(whole)).from : Math.max(0, from - length);
	const end = whole ? Math.min((await meant(whole)).to, from) : from;
	return [begin, past < length || follows(state) ?
		Math.min(begin + past, end) : end];
}

// base: the questions' filters, in the end as bins; by: the table's keys.
export async function loadBefore([from, to], { base, by, bins }, signal) {
	const ends = { ...base, from: moment(from), to: moment(to) };
	const [summary, series, { rows }] = await Promise.all([
		ask("summary", ends, signal),
		ask("series", { ...ends, top: 0, bins }, signal),
		by ? ask("rows", { ...ends, by: by.join(","), limit: ROWS_MOST },
			signal) : { rows: [] }]);
	const isKnown = summary.covered_seconds > 0 || summary.total > 0;
	return { from, to, summary, series, coverage: summary.coverage,
		rows: new Map(rows.map((row) => [rowKey(by, row), row])),
		change: (after, before) => isKnown ? change(after, before) : "–" };
}

// Its sums as lines over a chart.
export function drawnBefore(chart, asked, before) {
	return laidUnder(chart, before.series, asked.from - before.from);
}
