// All that a view shows, each part asked for once and all at once.

import { Refused, ask } from "./ask.js";
import { drawnBefore, loadBefore } from "./before.js";
import { FACETS } from "./facets.js";
import { setZone } from "./format.js";
import { isPerson, keyOf, nameOf } from "./names.js";
import { query } from "./query.js";
import { addLost, chartOf } from "./series.js";
import { hasRates, hasTime, lengthOf, mainOf } from "./state.js";

const SERIES = 7;
const ROWS_MOST = 10000;

const seconds = (ns) => Number(ns) / 1e9;
const ends = ({ from, to }) => ({ from, to });
const filters = (state) => ({ ...Object.fromEntries(
	FACETS.map((facet) => [facet, state[facet]])),
loopback: state.loopback ? null : "no" });

function rowsOf(state) {
	return { by: state.by.join(","), ...ends(state), ...filters(state),
		search: state.q || null, sort: state.sort.replace(/^-/, ""),
		order: state.sort.startsWith("-") ? "desc" : "asc" };
}

// Of a user's jobs; nothing else that filters rows is known of them.
function jobsOf(state) {
	const { by, search, ...rest } = rowsOf(state);
	return { ...ends(state), user: state.user, job: state.job, search,
		sort: rest.sort, order: rest.order };
}

export const download = (state, output) => {
	const [path, asked] = state.view === "jobs" ? ["jobs", jobsOf(state)] :
		["rows", rowsOf(state)];
	return `api/v1/${path}?${query({ ...asked, output,
		limit: output === "json" ? ROWS_MOST : null })}`;
};

// What the words of a range mean now, in seconds.
export async function meant(range, signal) {
	const status = await ask("status", ends(range), signal);
	setZone(status.zone);
	return { status, from: seconds(status.from_ns), to: seconds(status.to_ns),
		now: seconds(status.now_ns) };
}

// So many bins that each is an hour, a day or a month, of what there can be.
function slots({ from, to, now, status }) {
	const first = Math.max(from, seconds(status.first_ns));
	const hours = Math.max(1, Math.min(to, now) - first) / 3600;
	if (hours <= 48)
		return Math.ceil(hours) + 1;
	return Math.ceil(hours / (hours <= 2400 ? 24 : 24 * 28)) + 1;
}

// Directions are above and below the axis in any chart.
function lines(state, bins) {
	const by = mainOf(state), base = { ...ends(state), ...filters(state) };
	return by === "direction" ? { ...base, bins, top: 0 } :
		{ ...base, bins, by, top: SERIES };
}

// A pin has its own question; a refusal of it is about the pin.
async function pinned(key, wanted, signal) {
	try {
		return [key, await ask("series", { ...wanted, top: 1, [wanted.by]: key },
			signal)];
	} catch (error) {
		if (error instanceof Refused && !error.again)
			error.about = { key: "pin", value: key };
		throw error;
	}
}

// The series that are asked for, then those of the pins.
async function drawing(state, asked, most, signal) {
	const volume = state.chart === "volume";
	const bins = volume ? slots(await asked) : Math.ceil(most) + 1;
	const wanted = lines(state, bins);
	const pins = wanted.top && state[wanted.by] === null ? state.pin : [];
	const [range, series, ...kept] = await Promise.all([asked,
		ask("series", wanted, signal),
		...pins.map((key) => pinned(key, wanted, signal))]);
	return { bins, chart: chartOf(series, kept, range, volume) };
}

// The same of the period before.
async function earlier(state, answers, signal) {
	const [asked, summary, { bins }] = await Promise.all(answers);
	return loadBefore(summary, { base: filters(state), bins, asked }, signal);
}

// When details were lost: rows of time, as long as the bins or shorter.
async function losses(found, state, signal) {
	const { step, times } = found;
	const by = step < 3600 ? "minute" : step < 86400 ? "hour" : "day";
	const { rows } = await ask("rows", { by, ...ends(state), ...filters(state),
		sort: "lost", limit: times.length }, signal);
	addLost(found, rows.filter((row) => row.lost > 0));
}

const compared = ({ compare }) => compare ? "previous" : null;

// How many pages the rows of a view are.
export const pagesOf = (state, { count }) =>
	Math.max(1, Math.ceil(count / lengthOf(state)));

// Quotas have a table of their own.
async function tableOf(state, signal) {
	const part = { limit: lengthOf(state),
		offset: (state.page - 1) * lengthOf(state) };
	if (state.view === "quotas")
		return { rows: [], count: 0 };
	if (state.view === "jobs")
		return ask("jobs", { ...jobsOf(state), ...part }, signal);
	return ask("rows", { ...rowsOf(state), ...part,
		rates: hasRates(state) ? "yes" : null,
		compare: hasTime(state.by) ? null : compared(state) }, signal);
}

// The range that the answers are of: a longer one where shorter rows are gone.
async function counted(asking, answering) {
	const asked = await asking, answer = await answering;
	const from = seconds(answer.from_ns), to = seconds(answer.to_ns);
	// nothing is known of the range, and so nothing is summed
	if (from >= to)
		return asked;
	return { ...asked, from: asked.from - from > 60 ? from : asked.from,
		to: to - asked.to > 60 ? Math.min(to, asked.now) : asked.to };
}

export async function load(state, signal, most) {
	const asking = meant(state, signal);
	const summing = ask("summary", { ...ends(state), ...filters(state),
		rates: "yes", compare: compared(state) }, signal);
	const answers = [asking, summing,
		drawing(state, counted(asking, summing), most, signal)];
	const [asked, summary, { chart }, rows, called, before] = await Promise.all([
		...answers, tableOf(state, signal),
		calledIn(state, signal),
		state.compare ? earlier(state, answers, signal) : null]);
	if (summary.lost > 0)
		await losses(chart, state, signal);
	chart.before = drawnBefore(chart, before);
	return { asked, status: asked.status, summary, chart, rows, called, before };
}

const names = new Map();

// What to call a user of a filter, who may be a number.
async function userName(by, user, signal) {
	const known = `${by} ${user}`;
	if (!names.has(known)) {
		const { rows: [row] } = await ask("rows", { by, [by]: user, from: "@0",
			to: "now", limit: 1 }, signal);
		names.set(known, row ? { name: nameOf(by, row), key: keyOf(by, row) } :
			null);
	}
	return names.get(known);
}

// The users of the filters, by the filter.
async function calledIn(state, signal) {
	const people = FACETS.filter((f) => isPerson(f) && state[f] !== null);
	return Object.fromEntries(await Promise.all(people.map(async (by) =>
		[by, await userName(by, state[by], signal)])));
}
