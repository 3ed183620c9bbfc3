// The server's bins as the chart draws them: rates or sums of each series, with
// the gaps in between.

import { REST, SMALL } from "./names.js";

// How far the newest data may be behind the clock before that is a gap.
export const LAG = 10;

// How many seconds of each bin were metered: the one of now is not over, and
// in one where a capture began or ended there is less.
function metered({ times, seconds: lengths, covered }, now) {
	return times.map((t, i) => {
		const over = Math.min(t + lengths[i], now) - t;
		return Math.max(over * (covered[i] || 1), lengths[i] * 0.05);
	});
}

// The server's bins with one of nothing for each gap, [time, seconds], before
// and after them.
function padded(series, before, after) {
	const around = (list, one) =>
		[...before.map(one), ...list, ...after.map(one)];
	const silent = ({ in: a, out: b, ...more }) => ({ ...more,
		in: around(a, () => 0), out: around(b, () => 0) });
	return { ...series, times: around(series.times, ([at]) => at),
		seconds: around(series.seconds, ([, length]) => length),
		covered: around(series.covered, () => 0),
		series: series.series.map(silent), rest: silent(series.rest) };
}

// The server's bins are of what it knows. The range is shown as it was asked
// for, with a gap at either end where nothing is known; but days and more only
// from where the history begins.
function whole(series, asked, now) {
	const { from, to } = asked, { times, seconds: lengths } = series;
	if (times.length === 0)
		return { from, to, series: padded(series, [[from, to - from]], []) };
	const [first] = times, end = times.at(-1) + lengths.at(-1);
	const before = first - from, after = Math.min(to, now) - end;
	const cut = before > 86400;
	return { from: cut ? first : from, to, series: padded(series,
		before > LAG && !cut ? [[from, before]] : [],
		after > LAG ? [[end, after]] : []) };
}

// Adds a pinned key's own answer, whose bins are the same, as one more series,
// which the rest then lacks. One without traffic has its place all the same.
function withPin(series, [key, pin]) {
	const none = series.times.map(() => 0);
	const [line = { key, label: key, in: none, out: none }] = pin.series;
	if (series.series.some((one) => one.key === line.key) ||
		line.in.length !== none.length)
		return series;
	const less = (way) => series.rest[way].map((n, i) => n - line[way][i]);
	return { ...series, series: [...series.series, line],
		rest: { ...series.rest, in: less("in"), out: less("out") } };
}

// pins: [key, answer] of each; asked: { from, to, now }; volume: bytes in each bin instead of per second.
export function chartOf(answer, pins, asked, volume) {
	const { now } = asked;
	const { from, to, series } = whole(pins.reduce(withPin, answer), asked, now);
	const { covered, times, seconds: lengths } = series;
	const over = volume ? times.map(() => 1) : metered(series, now);
	const one = (key, name, { in: a, out: b }) => ({ key, name,
		in: a.map((n, i) => n / over[i]),
		out: b.map((n, i) => n / over[i]) });
	const all = series.series.map((s) =>
		one(s.key ?? SMALL, s.label ?? s.key ?? null, s));
	const rest = { ...one(REST, all.length ? "the rest" : "all traffic",
		series.rest), rest: true };
	const moved = (s) => s.in.some(Boolean) || s.out.some(Boolean);
	const silent = (i) => ![...all, rest].some((s) => s.in[i] || s.out[i]);
	const lags = (i) => times[i] + lengths[i] > now &&
		(now - times[i]) * (1 - covered[i]) < LAG;
	return { from, to, now, volume, times, lengths, over,
		step: answer.seconds.at(-1), lost: times.map(() => 0),
		partly: covered.map((c, i) => c < 0.95 && !lags(i)),
		covered: covered.map((c, i) => c > 0 || !silent(i)),
		series: moved(rest) ? [...all, rest] : all };
}

// All bytes of a bin.
export const bytesIn = ({ series, over }, i) =>
	series.reduce((sum, s) => sum + s.in[i] + s.out[i], 0) * over[i];

// How much of a bin's bytes lost their details.
export const lostShare = (chart, i) =>
	chart.lost[i] / Math.max(chart.lost[i], bytesIn(chart, i), 1);

// Puts losses, rows of a time, into the bins that hold them.
export function addLost({ times, lengths, lost }, rows) {
	for (const row of rows) {
		const at = Number(row.time_ns) / 1e9;
		const i = times.findLastIndex((t) => t <= at);
		if (i >= 0 && at < times[i] + lengths[i])
			lost[i] += row.lost;
	}
}

// The sums of an earlier answer's bins under those of a chart, which are
// SHIFT seconds later.
export function laidUnder({ times, lengths, volume }, earlier, shift) {
	const under = { in: times.map(() => 0), out: times.map(() => 0) };
	const add = (i, j) => {
		const begin = earlier.times[j] + shift, length = earlier.seconds[j];
		const common = Math.min(begin + length, times[i] + lengths[i]) -
			Math.max(begin, times[i]);
		const share = common / length / (volume ? 1 : lengths[i]);
		for (const way of ["in", "out"])
			under[way][i] += common > 0 ? earlier.rest[way][j] * share : 0;
	};
	times.forEach((t, i) => earlier.times.forEach((u, j) => add(i, j)));
	return under;
}
