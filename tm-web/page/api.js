// What the server is asked, and its answers as the page draws them.

import { visible } from "./format.js";
import { FACETS, RANGES, query } from "./state.js";

// The chart's series that are no key of a filter.
export const REST = "*";
export const SMALL = "**";

export const SERIES = 7;
export const ROWS = 25;

class Refused extends Error {
	constructor(message, again) {
		super(message);
		this.again = again;
	}
}

async function get(path, parameters, signal) {
	let answer;
	try {
		answer = await fetch(`/api/v1/${path}?${query(parameters)}`, { signal });
	} catch (error) {
		if (error.name === "AbortError")
			throw error;
		throw new Refused("tm-web does not answer.", 2);
	}
	const body = await answer.json().catch(() => ({}));
	if (answer.ok)
		return body;
	const again = Number(answer.headers.get("Retry-After"));
	throw new Refused(`${body.error ?? `tm-web answers ${answer.status}`}.`,
		answer.status >= 500 ? again || 5 : 0);
}

// The ends of the range; one that follows is left to the server's clock.
function ends(state) {
	if (state.from === null)
		return { from: `-${RANGES[state.range][0]}s`, to: "now" };
	return { from: `@${state.from}`, to: `@${state.to}` };
}

function filters(state) {
	return Object.fromEntries(FACETS.map((facet) => [facet, state[facet]]));
}

function rowsOf(state) {
	const down = state.sort.startsWith("-");
	return { by: state.by, ...ends(state), ...filters(state),
		search: state.q || null, sort: state.sort.replace(/^-/, ""),
		order: down ? "desc" : "asc" };
}

export const download = (state, output) => `/api/v1/rows?${query({
	...rowsOf(state), output, limit: output === "json" ? 10000 : null })}`;

const seconds = (ns) => Number(ns) / 1e9;

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
// and behind them.
function padded(series, before, behind) {
	const around = (list, one) =>
		[...before.map(one), ...list, ...behind.map(one)];
	const silent = ({ in: a, out: b, ...more }) => ({ ...more,
		in: around(a, () => 0), out: around(b, () => 0) });
	return { ...series, times: around(series.times, ([at]) => at),
		seconds: around(series.seconds, ([, length]) => length),
		covered: around(series.covered, () => 0),
		series: series.series.map(silent), rest: silent(series.rest) };
}

// The server's bins are of what it knows. The range is shown as it was asked
// for, with a gap at either end where nothing is known; but years only from
// where the history begins.
function whole(series, state, now) {
	const to = state.to ?? now, { times, seconds: lengths } = series;
	const from = state.from ?? to - RANGES[state.range][0];
	if (times.length === 0)
		return { from, to, series: padded(series, [[from, to - from]], []) };
	const [first] = times, end = times.at(-1) + lengths.at(-1);
	const before = first - from, behind = Math.min(to, now) - end;
	const cut = before > 86400;
	return { from: cut ? first : from, to, series: padded(series,
		before > LAG && !cut ? [[from, before]] : [],
		behind > LAG ? [[end, behind]] : []) };
}

function chartOf(answer, state, now) {
	const { from, to, series } = whole(answer, state, now);
	const { covered, times, seconds: lengths } = series;
	const over = metered(series, now);
	const one = (key, name, { in: a, out: b }) => ({ key, name,
		in: a.map((n, i) => n / over[i]), out: b.map((n, i) => n / over[i]) });
	const all = series.series.map((s) =>
		one(s.key ?? SMALL, s.label ?? s.key ?? null, s));
	const rest = { ...one(REST, "the rest", series.rest), rest: true };
	const moved = (s) => s.in.some(Boolean) || s.out.some(Boolean);
	const silent = (i) => ![...all, rest].some((s) => s.in[i] || s.out[i]);
	const lags = (i) => times[i] + lengths[i] > now &&
		(now - times[i]) * (1 - covered[i]) < LAG;
	return { from, to, now, times, lengths, step: answer.seconds.at(-1),
		lost: times.map(() => 0),
		partly: covered.map((c, i) => c < 0.95 && !lags(i)),
		covered: covered.map((c, i) => c > 0 || !silent(i)),
		series: moved(rest) ? [...all, rest] : all };
}

// When details were lost: rows of time, as long as the bins or shorter.
async function addLost(chart, base, signal) {
	const { times, lengths, lost, step } = chart;
	const by = step < 3600 ? "minute" : step < 86400 ? "hour" : "day";
	const { rows } = await get("rows", { by, ...base, sort: "lost",
		limit: times.length }, signal);
	for (const row of rows.filter((r) => r.lost > 0)) {
		const at = seconds(row.time_ns);
		const i = times.findLastIndex((t) => t <= at);
		if (i >= 0 && at < times[i] + lengths[i])
			lost[i] += row.lost;
	}
}

// All that a view shows, asked for at once.
export async function load(state, signal, most) {
	const base = { ...ends(state), ...filters(state) };
	const [status, summary, series, rows] = await Promise.all([
		get("status", {}, signal),
		get("summary", base, signal),
		get("series", { by: state.by, top: SERIES,
			bins: Math.ceil(most) + 1, ...base }, signal),
		get("rows", { ...rowsOf(state), limit: ROWS,
			offset: (state.page - 1) * ROWS }, signal),
	]);
	const chart = chartOf(series, state, seconds(status.now_ns));
	if (summary.lost > 0)
		await addLost(chart, base, signal);
	return { status, summary, rows, chart };
}

const names = new Map();

// What to call the user of a filter, which may be a number.
export async function userName(state, signal) {
	const key = state.user;
	if (!names.has(key)) {
		const found = await get("rows", { by: "user", user: key, from: "@0",
			to: "now", limit: 1 }, signal);
		names.set(key, found.rows.length ? nameOf("user", found.rows[0]) : key);
	}
	return names.get(key);
}

export const NOBODY = 4294967295;

// A row's key for a filter, and its name for people. What the store summed up
// because there were too many has neither.
export const keyOf = (by, row) => by === "user" ? String(row.uid) : row[by];

export function nameOf(by, row) {
	if (by !== "user")
		return row[by];
	return row.uid === NOBODY ? "none" : row.user ?? String(row.uid);
}

const UNKNOWN = { process: "unknown process", remote: "no address",
	protocol: "unknown protocol" };

// A name as it is shown.
export function shownName(by, name) {
	return name === null ? "many small ones" : visible(name) || UNKNOWN[by];
}
