// The period before the one that is shown, and what moved in it. The server
// says which one that is.

import { ask } from "./ask.js";
import { moment } from "./calendar.js";
import { change } from "./format.js";
import { laidUnder } from "./series.js";

// summary: the answer about the range, with its period before; base: filters.
export async function loadBefore(summary, { base, bins, asked }, signal) {
	const [from, to] = [summary.before_from_ns, summary.before_to_ns]
		.map((ns) => Number(ns) / 1e9);
	const ends = { ...base, from: moment(from), to: moment(to) };
	const [{ coverage }, series] = await Promise.all([
		ask("summary", ends, signal),
		ask("series", { ...ends, top: 0, bins }, signal)]);
	const isKnown = coverage > 0 || summary.before > 0;
	return { from, to, coverage, series, shift: asked.from - from,
		in: summary.before_in, out: summary.before_out, isKnown,
		change: (after, before) => isKnown ? change(after, before) : "–" };
}

// Its sums as lines over a chart.
export const drawnBefore = (chart, before) => before?.isKnown ?
	laidUnder(chart, before.series, before.shift) : null;
