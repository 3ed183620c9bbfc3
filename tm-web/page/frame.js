// What stands around the chart and the table: where we are, whose colour is
// which, and what the server is.

import { SERIES, shownName } from "./api.js";
import { byId, el, fill } from "./dom.js";
import { duration, time, visible } from "./format.js";
import { FACETS, address } from "./state.js";

// Where a click on a row leads.
export const DEEPER = {
	user: "process",
	process: "remote",
	remote: "protocol",
	protocol: "user",
};

const colours = new Map();
let coloured = "";

// A key keeps its colour for as long as it is in the chart.
export function colourOf(keys, by) {
	if (coloured !== by)
		colours.clear();
	coloured = by;
	for (const key of [...colours.keys()])
		if (!keys.includes(key))
			colours.delete(key);
	const taken = [...colours.values()];
	const free = [...Array(SERIES).keys()].map((i) => i + 1)
		.filter((n) => !taken.includes(n));
	for (const key of keys)
		if (!colours.has(key))
			colours.set(key, free.shift());
	return new Map(colours);
}

export function note({ step, covered }) {
	return [step ? `each step ${duration(step)}` : null,
		covered.includes(true) ? null : "nothing was metered"]
		.filter(Boolean).join(" · ");
}

// Whose traffic it is: where the history has been written.
function hosts(status) {
	return (status?.hosts?.length ? status.hosts : [status?.host ?? ""])
		.map(visible).join(", ");
}

// One name for a zone that has several, where the browser knows it.
function zoneName(zone) {
	try {
		return Intl.DateTimeFormat("en", { timeZone: zone })
			.resolvedOptions().timeZone;
	} catch {
		return visible(zone);
	}
}

export function drawHead(status) {
	byId("host").textContent = hosts(status);
	const zone = zoneName(), kept = zoneName(status.zone);
	const first = Number(status.first_ns) / 1e9;
	fill(byId("foot"), [`tm ${status.tm}`,
		first ? `history since ${time(first)}` : null,
		`times in ${zone}`,
		kept === zone ? null : `its days in ${kept}`,
		status.problem ? visible(status.problem) : null]
		.filter(Boolean).map((text) => el("span", {}, text)));
}

function crumbs(state, called, status) {
	const found = FACETS.filter((f) => state[f] !== null &&
		!(f === "user" && status?.user));
	return found.map((facet, level) => {
		const value = facet === "user" ? called ?? state.user : state[facet];
		const next = { ...state, by: DEEPER[facet], q: "", page: 1, hide: [] };
		for (const other of found.slice(level + 1))
			next[other] = null;
		return [shownName(facet, value), address(next)];
	});
}

// Who sees their own traffic only, is all that there is.
function top(status) {
	const user = status?.user;
	return user ? visible(user.user ?? String(user.uid)) : "All users";
}

// called: the name of the user of the address.
export function drawTrail(state, called, status) {
	const root = { ...state, by: "user", q: "", page: 1, hide: [] };
	for (const facet of FACETS)
		root[facet] = null;
	const all = [[top(status), address(root)], ...crumbs(state, called, status)];
	const names = all.map(([name]) => name);
	const link = ([name, href], i) => i === all.length - 1 ?
		el("span", { "aria-current": "page" }, name) : el("a", { href }, name);
	fill(byId("trail"), el("ol", {},
		all.map((step, i) => el("li", {}, link(step, i)))));
	byId("title").textContent = names.join(", ");
	document.title = [...names.slice(1).reverse(), "tm", hosts(status)]
		.filter(Boolean).join(" · ");
}

export function drawLegend({ series, partly, lost }, toggle) {
	const dot = (background) => el("span.dot", { style: { background } });
	const buttons = series.map((s) => el("button", { type: "button",
		"aria-pressed": String(!s.hidden), dataset: { key: s.key },
		onclick: () => toggle(s.key) },
	dot(`var(--series-${s.colour})`), el("span", {}, s.name)));
	fill(byId("legend"), buttons,
		partly.includes(true) ?
			el("span.key", {}, el("span.dot.hatch"), "not metered") : null,
		lost.some(Boolean) ?
			el("span.key", {}, dot("var(--bad)"), "details lost") : null);
}
