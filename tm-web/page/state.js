// What the page shows, all of it in the address: a reload, the back button
// and a link that is passed on lead to the same view.

import { FACETS, TIMES } from "./facets.js";
import { pairs, query } from "./query.js";

// Of rows, of jobs and of quotas.
const SORTS = ["total", "in", "out", "packets", "lost", "name", "first",
	"share", "used", "limit", "left", "projected"];
const VIEWS = ["table", "jobs", "quotas"];
const CHARTS = ["rate", "volume"];
const COLUMNS = ["amounts", "rates"];
const ROWS = 25;
const ROWS_MOST = 1000, PINS_MOST = 8, KEYS_MOST = 3;

const DEFAULTS = {
	from: "-1h", to: "now", by: ["user"], ...Object.fromEntries(
		FACETS.map((facet) => [facet, null])), job: null, q: "", sort: "-total",
	page: 1, rows: ROWS, hide: [], pin: [], chart: "rate", compare: false,
	view: "table", columns: "amounts", loopback: true,
};

// What the chart is of; where the table has times alone, of users.
export const mainOf = ({ by }) => by.find((key) => FACETS.includes(key)) ??
	"user";

export const hasTime = (by) => by.some((key) => TIMES.includes(key));

// The largest first, but times as they passed.
export const sortOf = ({ by, view }) =>
	view === "table" && hasTime(by) ? "name" : "-total";

// Peaks and percentiles are of a few rows, and of no time.
const RATES_MOST = 100;
export const hasRates = ({ by, columns }) => columns === "rates" && !hasTime(by);
export const lengthOf = (state) =>
	hasRates(state) ? Math.min(state.rows, RATES_MOST) : state.rows;

// Whether the view goes on with the clock.
export const follows = ({ to }) => to.trim().toLowerCase() === "now";

function oneOf(known) {
	return (value) => {
		if (!known.includes(value))
			throw new Error(`is not ${listed(known, "or")}`);
		return value;
	};
}

function listed(words, last) {
	return words.length === 1 ? words[0] :
		`${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

function number(most) {
	return (value) => {
		if (!/^[1-9]\d*$/.test(value) || Number(value) > most)
			throw new Error(`is not a number from 1 to ${most}`);
		return Number(value);
	};
}

// Keys of other tools, of which the page has the same under another name.
const INSTEAD = { unit: "by=workload", container: "by=workload",
	job: "view=jobs" };

function keys(value) {
	const list = value.split(",");
	const odd = list.find((key) => ![...FACETS, ...TIMES].includes(key));
	if (Object.hasOwn(INSTEAD, odd))
		throw new Error(`“${odd}” is written ${INSTEAD[odd]}`);
	if (odd !== undefined)
		throw new Error(`“${odd}” is not in the history, which has ` +
			`${listed([...FACETS, ...TIMES], "and")}`);
	if (new Set(list).size < list.length || list.length > KEYS_MOST ||
		list.filter((key) => hasTime([key])).length > 1)
		throw new Error(`is at most one time and ${KEYS_MOST} different keys`);
	return list;
}

function sort(value) {
	if (!SORTS.includes(value.replace(/^-/, "")))
		throw new Error(`is not ${listed(SORTS, "or")}, with - for ` +
			"the largest first");
	return value;
}

const READ = { by: keys, sort, page: number(1e9), rows: number(ROWS_MOST),
	view: oneOf(VIEWS), chart: oneOf(CHARTS), columns: oneOf(COLUMNS),
	compare: (value) => oneOf(["before"])(value) === "before",
	loopback: (value) => oneOf(["no"])(value) !== "no" };
const LISTS = { hide: 64, pin: PINS_MOST };

function take(state, key, value) {
	if (key in LISTS) {
		if (state[key].length >= LISTS[key])
			throw new Error(`is there more than ${LISTS[key]} times`);
		state[key].push(value);
	} else if (key === "range") { // of the first page's addresses
		state.from = `-${value}`;
	} else {
		state[key] = key in READ ? READ[key](value) : value;
	}
}

// The view that an address names, and what in it is not known or sound:
// { key, value, text }.
export function parse(search) {
	const state = { ...DEFAULTS, hide: [], pin: [] }, problems = [];
	const seen = new Set();
	for (const [key, value] of pairs(search)) {
		const refuse = (text) => problems.push({ key, value, text });
		if (!(key in DEFAULTS) && key !== "range")
			refuse("is no key of this page’s addresses");
		else if (seen.has(key) && !(key in LISTS))
			refuse("is there twice");
		else
			try {
				take(state, key, value);
			} catch (error) {
				refuse(error.message);
			}
		seen.add(key);
	}
	if (seen.has("range") && seen.has("from"))
		problems.push({ key: "range", value: "", text: "stands beside from" });
	if (state.job !== null && !seen.has("view"))
		state.view = "jobs";
	else if (state.job !== null && state.view !== "jobs")
		problems.push({ key: "job", value: state.job,
			text: "is of the view jobs" });
	if (!seen.has("sort"))
		state.sort = sortOf(state);
	return { state, problems };
}

// The address of a view: only what differs from the first page's.
export function address(state) {
	const said = {};
	for (const [key, value] of Object.entries(state)) {
		const usual = key === "sort" ? sortOf(state) : DEFAULTS[key];
		if (String(value) !== String(usual) || (value === "") !== (usual === ""))
			said[key] = value;
	}
	if (said.by)
		said.by = said.by.join(",");
	if (said.compare)
		said.compare = "before";
	if ("loopback" in said)
		said.loopback = "no";
	return query(said) ? `?${query(said)}` : location.pathname;
}

// The address without one of its pairs.
export function without(search, { key, value }) {
	const left = pairs(search).filter(([k, v]) => k !== key || v !== value);
	return left.length === 0 ? location.pathname :
		`?${left.map(([k, v]) => query({ [k]: v })).join("&")}`;
}
