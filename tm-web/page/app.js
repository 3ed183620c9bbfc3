// The page: an address says what to show, the server what there is, and
// everything else follows from those two.

import { Refused } from "./ask.js";
import { createChart } from "./chart.js";
import { createCommands } from "./commands.js";
import { byId } from "./dom.js";
import { draw, drawFrame } from "./draw.js";
import { drawBadge, listen } from "./live.js";
import { load, pagesOf } from "./load.js";
import { moment } from "./calendar.js";
import { keyOf } from "./names.js";
import { clearProblem, problemOf, showRefusal, showTrouble } from "./problem.js";
import { createPrint } from "./print.js";
import { pairs } from "./query.js";
import { createRange } from "./range.js";
import { createScheme } from "./scheme.js";
import { address, follows, mainOf, parse, sortOf } from "./state.js";
import { nowText } from "./table.js";
import { createNow } from "./totals.js";

let { state, problems } = parse(location.search);
let shown = null, loading = null, soon = 0, took = 0, loaded = 0, news = null;
// The ranges that were zoomed into, the innermost last.
let outer = history.state?.outer ?? [];
let rates = new Map();
const now = createNow();

// What is seen; null before that.
function view() {
	return shown && { state, from: shown.chart.from, to: shown.chart.to,
		now: shown.chart.now, asked: shown.asked };
}

/* where to */

function read() {
	({ state, problems } = parse(location.search));
	refresh();
}

function go(change, { replace = false, within = [] } = {}) {
	const next = { ...state, ...change };
	if (!("page" in change))
		next.page = 1;
	if ("by" in change) {
		if (!("sort" in change))
			next.sort = sortOf(next);
		if (mainOf(next) !== mainOf(state))
			Object.assign(next, { hide: [], pin: [], q: change.q ?? "" });
	}
	if (address(next) === address(state))
		return;
	if ("from" in change)
		outer = follows(next) ? [] : within;
	history[replace ? "replaceState" : "pushState"]({ outer }, "", address(next));
	[state, problems] = [next, []];
	refresh();
}

function zoom(from, to) {
	// No finer than what is kept, and nothing of what is to come.
	const least = 300, length = Math.max(to - from, least);
	const end = Math.min((from + to + length) / 2, Math.max(to, view().now));
	const { from: a, to: b } = state;
	go({ from: moment(Math.max(0, end - length)), to: moment(end) },
		{ within: [...outer, { from: a, to: b }] });
}

function zoomBack() {
	const within = outer.slice(0, -1);
	go(outer.at(-1), { within });
}

addEventListener("popstate", (event) => {
	outer = event.state?.outer ?? [];
	read();
});

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
	const isRow = link.closest("#rows") !== null;
	read();
	if (isRow)
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
		if (problems.length)
			throw new Refused("", 0);
		const found = await load(state, mine.signal, plot.room());
		if (mine.signal.aborted)
			return;
		if (state.page > pagesOf(state, found.rows))
			return leavePage(pagesOf(state, found.rows), quiet);
		[shown, loaded] = [found, performance.now()];
		took = loaded - start;
		clearProblem();
		redraw();
		tellFeed();
	} catch (error) {
		if (mine.signal.aborted)
			return;
		if (!(error instanceof Refused))
			throw error;
		failed(error);
	} finally {
		if (loading === mine) {
			loading = null;
			busy(false);
		}
	}
}

// A page that an address asks for is there or not; one that was seen may go while
// the table follows the clock.
function leavePage(last, wasSeen) {
	if (wasSeen)
		return go({ page: last }, { replace: true });
	throw new Refused(`is after the last page, which is ${last}`, 0,
		{ key: "page", value: String(state.page), isWhole: true });
}

// What is wrong with the address stays until it is another one.
function failed({ message, again, about }) {
	loaded = performance.now();
	const odd = again || problems.length ? null :
		problemOf(message, about, pairs(location.search));
	if (again) {
		showTrouble(message, shown === null);
		later(again * 1000, true);
	} else {
		showRefusal(odd ? [odd] : problems.length ? problems :
			[{ key: null, text: message }], location.search);
		shown = null;
		drawFrame(parts, { state, shown, outer });
	}
}

function busy(is) {
	byId("progress").hidden = !is;
	document.body.setAttribute("aria-busy", String(is));
	for (const id of ["rows", "totals"])
		byId(id).classList.toggle("old", is && shown !== null);
}

// Something that is not seen yet, or time that has passed.
function isBehind() {
	const seen = shown?.status.watermark_ns ?? null;
	return performance.now() - loaded > 10000 ||
		(news !== null && (seen === null || BigInt(news) > BigInt(seen)));
}

function later(milliseconds, isNeeded = false) {
	if (soon)
		return;
	soon = setTimeout(() => {
		soon = 0;
		if (document.hidden || (!isNeeded && problems.length))
			return;
		if (loading)
			later(250, isNeeded);
		else if (isNeeded || isBehind())
			refresh({ quiet: true });
	}, milliseconds);
}

document.addEventListener("visibilitychange", () => {
	if (!document.hidden && follows(state))
		later(0, true);
});

/* drawing */

const plot = createChart(byId("chart"), { zoom,
	zoomOut: () => outer.length ? zoomBack() : range.wider(),
	say: (text) => byId("chart-said").textContent = text });
const range = createRange(view, go);
const nextScheme = createScheme(() => {
	plot.redraw();
	now.draw();
});
const parts = { plot, range, now, go, rates: () => rates };

function redraw() {
	draw(parts, { state, shown, outer });
}

createPrint(plot, () => shown && { state, shown });
createCommands({ go, zoom, zoomBack, range, nextScheme, view,
	state: () => state });

/* the feed */

// The rates of now, of all or of the user that is shown.
function pushRates(event) {
	const per = Number(event.span_ns) / 1e9 || 1;
	rates = new Map(event.rows.map((r) =>
		[r.uid, { in: r.in / per, out: r.out / per }]));
	const user = state.user === null ? null : shown?.called.user?.key;
	const sum = (way) => user === null ? event[way] / per : event.rows
		.filter((r) => keyOf("user", r) === user)
		.reduce((n, r) => n + r[way] / per, 0);
	if (event.span_ns !== null && user !== undefined)
		now.push({ in: sum("in"), out: sum("out") });
	for (const cell of byId("rows").querySelectorAll("[data-uid]"))
		cell.textContent = nowText(rates.get(Number(cell.dataset.uid)));
}

const tellFeed = listen({
	rows(event) {
		news = event.watermark_ns ?? news;
		pushRates(event);
		// At once, but the server rests for most of the time.
		const rest = Math.max(700, took * 8);
		if (follows(state) && isBehind())
			later(Math.max(0, loaded + rest - performance.now()));
	},
	state(name, seconds) {
		const was = byId("feed").dataset.state;
		drawBadge(name, seconds);
		// Without the feed, ask now and then.
		if (was === "away" && follows(state) && isBehind())
			later(0);
	},
	reset: () => refresh(),
});
drawFrame(parts, { state, shown, outer });
refresh();
