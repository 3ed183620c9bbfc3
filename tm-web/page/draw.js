// Puts an answer on the page.

import { moment, stillToCome } from "./calendar.js";
import { dress } from "./colours.js";
import { byId } from "./dom.js";
import { FACETS, TIMES } from "./facets.js";
import { time, visible } from "./format.js";
import { deeper, drawHead, drawLegend, drawTrail, levels, note } from "./frame.js";
import { drawJobs } from "./jobs.js";
import { download } from "./load.js";
import { HEADS, PLURALS, keyOf, shortNames, shownName } from "./names.js";
import { drawQuotaCount, drawQuotas } from "./quota.js";
import { address, follows, hasRates, hasTime, lengthOf, mainOf } from
	"./state.js";
import { drawPages, drawTable } from "./table.js";
import { drawTotals } from "./totals.js";

const LENGTHS = { minute: 60, hour: 3600, day: 86400, month: 31 * 86400 };

// What a cell of a row leads to: its key as one more filter, or its time as
// the range.
function linkTo(state) {
	const next = { ...state, q: "", page: 1, hide: [], pin: [], sort: "-total" };
	return (by, key) => {
		const left = state.by.filter((k) => k !== by);
		if (TIMES.includes(by))
			return address({ ...next, ...slot(by, Number(key) / 1e9),
				by: left.length ? left : ["user"] });
		if (state[by] !== null)
			return null;
		return address({ ...next, [by]: key, by: left.some((k) =>
			FACETS.includes(k)) ? left : [deeper(by, state), ...left] });
	};
}

// Days and months as dates, whose ends the calendar knows.
function slot(by, at) {
	if (by === "minute" || by === "hour")
		return { from: moment(at), to: moment(at + LENGTHS[by]) };
	const [from, to] = [at, at + LENGTHS[by] + 43200].map((s) => time(s, 86400));
	return by === "day" ? { from, to } :
		{ from: from.slice(0, 7), to: to.slice(0, 7) };
}

// Where to go from a range without traffic: to one of the same length at the end
// of the history, and to all of it; null where that is no change.
function elsewhere(status, { from, to }, go) {
	const first = Math.floor(Number(status.first_ns) / 1e9);
	const last = Math.ceil(Number(status.watermark_ns) / 1e9);
	const show = (a, b) => () => go({ from: moment(a), to: moment(b) });
	return { onLast: last && (last <= from || last > to) ?
		show(Math.max(0, last - (to - from)), last) : null,
	onWhole: last && (first < from || last > to) ? show(first, last) : null };
}

// What the address alone tells.
export function drawFrame({ range }, { state, shown, outer }) {
	range.show(state, shown && { from: shown.chart.from, to: shown.chart.to,
		now: shown.chart.now });
	drawTrail(levels(state, shown?.called, shown?.status), shown);
	for (const output of ["csv", "json"])
		byId(output).href = download(state, output);
	const main = mainOf(state), pressed = (button, is) =>
		button.setAttribute("aria-pressed", String(is));
	const tabs = byId("tabs");
	for (const button of tabs.children) {
		const is = button.dataset.view === state.view ||
			(state.view === "table" && button.dataset.by === main);
		pressed(button, is);
		if (is && tabs.scrollWidth > tabs.clientWidth)
			tabs.scrollLeft = button.offsetLeft - tabs.offsetLeft -
				(tabs.clientWidth - button.offsetWidth) / 2;
	}
	for (const button of byId("kinds").children)
		pressed(button, button.dataset.chart === state.chart);
	pressed(byId("compare"), state.compare);
	pressed(byId("columns"), state.columns === "rates");
	byId("also").value = state.by.find((key) => key !== main) ?? "";
	for (const option of byId("also").options)
		option.disabled = option.value === main ||
			(option.value in state && state[option.value] !== null);
	byId("back").hidden = outer.length === 0;
	document.body.dataset.view = state.view;
	if (document.activeElement !== byId("search"))
		byId("search").value = state.q;
}

function drawChart({ plot, go }, { state, shown }) {
	const { chart } = shown, main = mainOf(state);
	for (const one of chart.series) {
		one.hidden = state.hide.includes(one.key);
		one.kept = state.pin.includes(one.key);
	}
	const named = chart.series.filter((one) => !one.rest);
	const names = shortNames(main, named.map(({ name }) => shownName(main, name)));
	named.forEach((one, i) => one.name = names[i]);
	const looks = dress(chart, main);
	const what = state.chart === "volume" ? "Volume" : "Rate";
	byId("chart-title").textContent = main === "direction" ? what :
		`${what} by ${HEADS[main].toLowerCase()}`;
	byId("chart-note").textContent = [note(chart),
		state.job === null ? "" : "not of this job alone"]
		.filter(Boolean).join(" · ");
	plot.draw(chart);
	const without = (list, key) => list.filter((k) => k !== key);
	const hide = (keys) => go({ page: state.page, hide: keys }, { replace: true });
	const others = (key) => without(chart.series.map((one) => one.key), key);
	drawLegend(chart, { before: shown.before,
		toggle: (key) => hide(state.hide.includes(key) ?
			without(state.hide, key) : [...state.hide, key]),
		alone: (key) => hide(others(key).every((k) => state.hide.includes(k)) ?
			[] : others(key)),
	unpin: (key) => go({ page: state.page, pin: without(state.pin, key) }) });
	return looks;
}

function quotasOf(state) {
	return address({ ...state, view: "quotas", sort: "-share", q: "", page: 1 });
}

// The seconds that averages are of.
const metered = (summary) => summary.covered_seconds ||
	(Number(summary.to_ns) - Number(summary.from_ns)) / 1e9 || 1;

function drawRows({ go, rates }, { state, shown, looks, isLive }) {
	const { status, summary, rows, before } = shown;
	const { by, page, sort, q } = state, main = mainOf(state);
	const link = linkTo(state);
	const quotas = by.includes("user") && by.length === 1 ? summary.quotas : [];
	const pin = (key) => go({ page, pin: state.pin.includes(key) ?
		state.pin.filter((k) => k !== key) : [...state.pin, key] });
	drawTable(byId("rows"), { by, main, rows: rows.rows, sums: rows.sums, sort, q,
		count: rows.count, whole: summary.total,
		before: hasTime(by) ? null : before, slot: rows.rates,
		per: hasRates(state) ? metered(summary) : 0,
		quotas: new Map(quotas.map((quota) => [quota.uid, quota])),
		link, lossy: summary.lost > 0, looks, pinned: state.pin,
		onPin: by.length === 1 && main !== "direction" ? pin : null,
		filtered: FACETS.filter((f) => state[f] !== null).map((f) =>
			`${f} ${shown.called[f]?.name ?? visible(state[f])}`).join(", "),
		first: Number(status.first_ns) / 1e9,
		last: Number(status.watermark_ns) / 1e9,
		...elsewhere(status, shown.asked, go),
		now: by.join() === "user" && isLive ? rates() : null,
		caption: `${PLURALS[main]} by bytes`, onSort: (to) => go({ sort: to }),
		onClear: () => go({ q: "" }, { replace: true }) });
	drawPages(byId("pages"), { total: rows.count, page, rows: lengthOf(state),
		most: hasRates(state) ? 100 : Infinity,
		onPage: (to) => go({ page: to }), onRows: (n) => go({ rows: n }) });
}

// What a job's user moved, in the time of the job and by what.
function visitOf(state) {
	const all = Object.fromEntries(FACETS.map((facet) => [facet, null]));
	return ({ uid, first_ns: first, last_ns: last }) => address({ ...state, ...all,
		from: moment(Number(first) / 1e9), to: moment(Number(last) / 1e9 + 60),
		user: keyOf("user", { uid }), by: ["process"],
		view: "table", job: null, q: "", page: 1, sort: "-total" });
}

// What narrows rows and not jobs.
const ignoredBy = (state) => [...FACETS.filter((f) => f !== "user" &&
	state[f] !== null).map((f) => `${f} ${visible(state[f])}`),
...(state.loopback ? [] : ["loopback"])];

function drawJobTable({ go }, { state, shown }) {
	const { rows: jobs, status, asked } = shown;
	const { page, sort, q, job } = state;
	drawJobs(byId("rows"), { jobs, job, q, sort, ignored: ignoredBy(state),
		link: (name) => address({ ...state, job: name, q: "", page: 1 }),
		visit: visitOf(state), onSort: (to) => go({ sort: to }),
		onAll: () => go({ job: null }),
		onClear: () => go({ q: "" }, { replace: true }),
		onWhole: elsewhere(status, asked, go).onWhole });
	drawPages(byId("pages"), { total: jobs.count, page, rows: lengthOf(state),
		most: Infinity, note: "by whole days", onPage: (to) => go({ page: to }),
		onRows: (n) => go({ rows: n }) });
}

export function draw(parts, { state, shown, outer }) {
	const { status, summary, chart } = shown, { go } = parts;
	drawFrame(parts, { state, shown, outer });
	drawHead(shown);
	// The feed knows users alone.
	const isLive = follows(state) && state.loopback && FACETS.every((facet) => facet === "user" ||
		state[facet] === null);
	parts.now.show(isLive);
	drawTotals(byId("tiles"), { all: summary, before: shown.before, state,
		user: state.user, length: Math.min(chart.to, chart.now) - chart.from,
		seconds: metered(summary),
		rest: stillToCome(state, shown.asked.from, shown.asked.now),
		within: { isCounted: state.loopback,
			href: address({ ...state, loopback: !state.loopback }) },
		quotas: quotasOf(state) });
	const looks = drawChart(parts, { state, shown });
	if (state.view === "quotas") {
		drawQuotas(byId("rows"), { quotas: summary.quotas, sort: state.sort,
			onSort: (to) => go({ sort: to }),
			link: (uid) => address({ ...state, user: uid, by: ["process"],
				view: "table", sort: "-total" }) });
		drawQuotaCount(byId("pages"), summary.quotas);
	} else if (state.view === "jobs") {
		drawJobTable(parts, { state, shown });
	} else {
		drawRows(parts, { state, shown, looks, isLive });
	}
}
