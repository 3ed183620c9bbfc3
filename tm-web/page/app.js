// The page: an address says what to show, the server what there is, and
// everything else follows from those two.

import { ROWS, download, load, shownName, userName } from "./api.js";
import { createChart } from "./chart.js";
import { createKeys, createTheme, createTime } from "./controls.js";
import { byId, el, glyph } from "./dom.js";
import { time, visible } from "./format.js";
import { DEEPER, colourOf, drawHead, drawLegend, drawTrail, note } from
	"./frame.js";
import { listen } from "./live.js";
import { FACETS, address, bounds, parse } from "./state.js";
import { HEADS, drawPages, drawTable, nowText, rowLinks } from "./table.js";
import { createNow, drawTotals } from "./totals.js";

const TABS = { user: "Users", process: "Processes", remote: "Remote hosts",
	protocol: "Protocols" };
let state = parse(location.search), shown = null, called = null;
let loading = null, soon = 0, took = 0, loaded = 0;
// The ranges that were zoomed into, the innermost last.
let outer = history.state?.outer ?? [];
const now = createNow();
let rates = new Map();

// What is seen, or before that what was asked for.
function view() {
	if (shown)
		return { state, from: shown.chart.from, to: shown.chart.to,
			now: shown.chart.now };
	const now = Date.now() / 1000, [from, to] = bounds(state, now);
	return { state, from, to, now };
}

/* where to */

function go(change, { replace = false, within = [] } = {}) {
	const next = { ...state, ...change };
	for (const end of ["from", "to"])
		next[end] = next[end] === null ? null : Math.round(next[end]);
	if (next.from !== null && next.to <= next.from)
		next.to = next.from + 60;
	if (!("page" in change))
		next.page = 1;
	if ("by" in change && change.by !== state.by)
		Object.assign(next, { hide: [], q: change.q ?? "" });
	if (address(next) === address(state))
		return;
	if ("from" in change)
		outer = change.from === null ? [] : within;
	history[replace ? "replaceState" : "pushState"]({ outer }, "", address(next));
	state = next;
	refresh();
}

function zoom(from, to) {
	// No finer than what is kept, and nothing of what is to come.
	const least = 300, length = Math.max(to - from, least);
	const end = Math.min((from + to + length) / 2, Math.max(to, view().now));
	const { range, from: a, to: b } = state;
	go({ from: Math.max(0, end - length), to: end },
		{ within: [...outer, { range, from: a, to: b }] });
}

function zoomBack() {
	const within = outer.slice(0, -1);
	go(outer.at(-1), { within });
}

addEventListener("popstate", (event) => {
	state = parse(location.search);
	outer = event.state?.outer ?? [];
	refresh();
});

function linkTo(key) {
	if (key === null || state[state.by] !== null)
		return null;
	const by = FACETS.find((f) => f !== state.by && f === DEEPER[state.by] &&
		state[f] === null) ?? FACETS.find((f) => f !== state.by && state[f] === null);
	return address({ ...state, [state.by]: key, by: by ?? state.by, q: "",
		page: 1, sort: "-total", hide: [] });
}

// Links within the page change the address without loading it again.
document.addEventListener("click", (event) => {
	const link = event.target.closest("a[href]");
	if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey ||
		event.metaKey || event.shiftKey || link.hasAttribute("download") ||
		link.getAttribute("href").startsWith("#"))
		return;
	event.preventDefault();
	if (link.search !== location.search)
		history.pushState({ outer }, "", link.href);
	state = parse(location.search);
	refresh();
	if (link.closest("#rows"))
		byId("table").focus({ preventScroll: true });
});

/* loading */

async function refresh({ quiet = false } = {}) {
	loading?.abort();
	clearTimeout(soon);
	soon = 0;
	const mine = loading = new AbortController();
	if (!quiet)
		busy(true);
	const start = performance.now();
	try {
		const [found, name] = await Promise.all([
			load(state, mine.signal, plot.room()),
			state.user === null ? null : userName(state, mine.signal)]);
		if (mine.signal.aborted)
			return;
		[shown, called, loaded] = [found, name, performance.now()];
		took = loaded - start;
		byId("message").hidden = true;
		document.body.classList.remove("bare");
		draw();
	} catch (error) {
		if (mine.signal.aborted)
			return;
		if (error.again === undefined)
			throw error;
		failed(error);
	} finally {
		if (loading === mine) {
			loading = null;
			busy(false);
		}
	}
}

function failed(error) {
	loaded = performance.now();
	const message = byId("message");
	const text = visible(error.message) + (error.again ? " Trying again." : "");
	if (message.hidden || message.textContent !== text)
		message.textContent = text;
	message.hidden = false;
	document.body.classList.toggle("bare", shown === null);
	if (error.again)
		later(error.again * 1000);
}

function busy(is) {
	byId("progress").hidden = !is;
	document.body.setAttribute("aria-busy", String(is));
	for (const id of ["rows", "totals"])
		byId(id).classList.toggle("old", is && shown !== null);
}

function later(milliseconds) {
	if (!soon)
		soon = setTimeout(() => {
			soon = 0;
			if (document.hidden)
				return;
			if (loading)
				later(250);
			else
				refresh({ quiet: true });
		}, milliseconds);
}

document.addEventListener("visibilitychange", () => {
	if (!document.hidden && state.from === null)
		later(0);
});

/* drawing */

function dress({ chart }) {
	const named = chart.series.filter((s) => !s.rest);
	const colours = colourOf(named.map((s) => s.key), state.by);
	for (const s of chart.series) {
		s.colour = s.rest ? "rest" : colours.get(s.key);
		s.hidden = state.hide.includes(s.key);
		s.name = s.rest ? s.name : shownName(state.by, s.name);
	}
	return colours;
}

// What the address alone tells.
function drawFrame() {
	const { from, to } = view();
	timing.show(state, from, to);
	drawTrail(state, called, shown?.status);
	byId("csv").href = download(state, "csv");
	byId("json").href = download(state, "json");
	for (const button of byId("tabs").children)
		button.setAttribute("aria-pressed", String(button.dataset.by === state.by));
	byId("back").hidden = outer.length === 0;
	if (document.activeElement !== byId("search"))
		byId("search").value = state.q;
}

function toggle(key) {
	const { hide, page } = state, without = hide.filter((k) => k !== key);
	go({ page, hide: hide.includes(key) ? without : [...hide, key] },
		{ replace: true });
}

function draw() {
	const { status, summary, rows, chart } = shown;
	const colours = dress(shown);
	drawFrame();
	drawHead(status);
	const feeds = state.process === null && state.remote === null &&
		state.protocol === null && state.from === null;
	drawTotals(byId("tiles"), { all: summary, sums: rows.sums, state,
		length: Math.min(chart.to, chart.now) - chart.from });
	now.show(feeds);
	byId("chart-title").textContent = `Rate by ${HEADS[state.by].toLowerCase()}`;
	byId("chart-note").textContent = note(chart);
	plot.draw(chart);
	drawLegend(chart, toggle);
	drawRows({ status, summary, rows, colours, feeds });
}

// A range of the same length at the end of the history, or null where this
// one is not behind it.
function toLast(status) {
	const [from, to] = bounds(state, Number(status.now_ns) / 1e9);
	const last = Math.ceil(Number(status.watermark_ns) / 1e9);
	if (!last || last > from)
		return null;
	return () => go({ from: last - (to - from), to: last });
}

function drawRows({ status, summary, rows, colours, feeds }) {
	const { by, page, sort, q } = state;
	const last = Math.max(1, Math.ceil(rows.count / ROWS));
	if (page > last)
		return go({ page: last }, { replace: true });
	const quotas = by === "user" ? summary.quotas : [];
	drawTable(byId("rows"), { by, rows: rows.rows, sums: rows.sums, sort, q,
		quotas: new Map(quotas.map((quota) => [quota.uid, quota])),
		link: linkTo, lossy: summary.lost > 0, colours,
		first: Number(status.first_ns) / 1e9,
		last: Number(status.watermark_ns) / 1e9, onLast: toLast(status),
		now: by === "user" && feeds ? rates : null,
		caption: `${TABS[by]} by bytes`, onSort: (to) => go({ sort: to }) });
	drawPages(byId("pages"), rows.count, page, (to) => go({ page: to }));
}

/* the parts that stay */

const plot = createChart(byId("chart"), { zoom,
	say: (text) => byId("chart-said").textContent = text });
const timing = createTime(view, go);
const nextTheme = createTheme(() => {
	plot.redraw();
	now.draw();
});

for (const by of FACETS)
	byId("tabs").append(el("button", { type: "button", dataset: { by },
		onclick: () => go({ by }) }, TABS[by]));
for (const id of ["csv", "json"])
	byId(id).prepend(glyph("down"));
byId("back").addEventListener("click", zoomBack);
byId("closer").addEventListener("click", () => {
	const { from, to } = view(), quarter = (to - from) / 4;
	zoom(from + quarter, to - quarter);
});

let typed = 0;
byId("search").addEventListener("input", ({ target }) => {
	clearTimeout(typed);
	typed = setTimeout(() => go({ q: target.value }, { replace: true }), 150);
});

function focusRow(by) {
	const links = rowLinks(), at = links.indexOf(document.activeElement);
	links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
}

function up() {
	const links = [...byId("trail").querySelectorAll("a")];
	links.at(-1)?.click();
}

function escape() {
	const search = byId("search");
	if (document.activeElement !== search)
		return false;
	search.value = "";
	go({ q: "" }, { replace: true });
	search.blur();
	return true;
}

createKeys([
	[["/"], "Search in the table", () => byId("search").focus()],
	[["j", "k"], "Next and previous row, Enter opens it",
		(key) => focusRow(key === "j" ? 1 : -1)],
	[["u"], "Up one level", up],
	[["1", "2", "3", "4"], "Users, processes, hosts, protocols",
		(key) => go({ by: FACETS[key - 1] })],
	[["[", "]"], "Earlier and later", (key) => {
		if (key === "[" || state.from !== null)
			timing.shift(key === "[" ? -0.5 : 0.5);
	}],
	[["-"], "Zoom out", timing.wider],
	[["l"], "Follow the clock, or hold", timing.live],
	[["t"], "Theme", nextTheme],
	[["Esc"], "Leave the search", escape],
]);

/* the feed */

const FEED = { live: "Live", away: "Reconnecting", empty: "No data yet" };

function fed(name, seconds) {
	const badge = byId("feed");
	const since = time(Date.now() / 1000 - seconds, 1).slice(seconds < 43200 ? 11 : 0);
	const text = name === "stale" ? `Stale since ${since}` : FEED[name];
	badge.dataset.state = name;
	if (badge.textContent !== text)
		badge.textContent = text;
}

listen({
	rows(event) {
		const per = Number(event.span_ns) / 1e9 || 1;
		const user = state.user === null ? null : Number(state.user);
		const mine = event.rows.filter((r) => user === null || r.uid === user ||
			r.user === state.user);
		rates = new Map(event.rows.map((r) =>
			[r.uid, { in: r.in / per, out: r.out / per }]));
		const sum = (way) => user === null ? event[way] / per :
			mine.reduce((n, r) => n + r[way] / per, 0);
		if (event.span_ns !== null)
			now.push({ in: sum("in"), out: sum("out") });
		for (const cell of byId("rows").querySelectorAll(".now"))
			cell.textContent = nowText(rates.get(Number(cell.dataset.uid)));
		// At once, but the server rests for most of the time.
		const rest = Math.max(700, took * 8);
		const idle = event.rows.length === 0 &&
			(shown?.status.watermark_ns ?? null) !== null &&
			performance.now() - loaded < 10000;
		if (state.from === null && !idle)
			later(Math.max(0, loaded + rest - performance.now()));
	},
	state(name, seconds) {
		const was = byId("feed").dataset.state;
		fed(name, seconds);
		// Without the feed, ask now and then.
		const old = performance.now() - loaded > 10000 && state.from === null;
		if (was === "away" && (name !== "away" || old))
			later(0);
	},
	reset: () => refresh(),
});
drawFrame();
refresh();
