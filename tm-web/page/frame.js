// What stands around the chart and the table: where we are, whose colour is
// which, and what the server is.

import { swatch } from "./colours.js";
import { byId, el, fill, glyph } from "./dom.js";
import { FACETS } from "./facets.js";
import { duration, percent, span, time, visible, zoneCalled,
	zoneName } from "./format.js";
import { shownName } from "./names.js";
import { isLossy } from "./paint.js";
import { address } from "./state.js";

// Where a click on a row leads.
const DEEPER = { user: "process", process: "remote", remote: "protocol",
	protocol: "user", interface: "user", login: "command", direction: "user" };

// What is not yet known of a view that is narrowed to a key of this kind.
export function deeper(facet, state) {
	const open = (f) => f !== facet && state[f] === null;
	const next = DEEPER[facet] ?? "user";
	return FACETS.includes(next) && open(next) ? next :
		FACETS.find(open) ?? facet;
}

export function note({ step, covered, volume }) {
	return [step ? `each ${volume ? "bar" : "step"} ${duration(step)}` : null,
		covered.includes(true) ? null : "nothing was metered"]
		.filter(Boolean).join(" · ");
}

// Whose traffic it is: who was metered in the range, or else last.
export function hosts(shown) {
	const all = [shown?.summary, shown?.status].map((answer) => answer?.hosts ?? [])
		.find((list) => list.length) ?? [shown?.status.host ?? ""];
	return all.map(visible).join(", ");
}

export function drawHead(shown) {
	const { status } = shown, host = byId("host");
	host.textContent = host.title = hosts(shown);
	const first = Number(status.first_ns) / 1e9;
	const zone = zoneName(), own = zoneCalled();
	fill(byId("foot"), [`tm ${status.tm}`,
		first ? `history since ${time(first)}` : null,
		`times in ${zone}${zone === own ? "" : `, the history’s zone; yours is ${own}`}`,
		zoneCalled(status.zone ?? zone) ? null :
			`its days in ${visible(status.zone)}`,
		status.problem ? visible(status.problem) : null]
		.filter(Boolean).map((text) => el("span", {}, text)));
}

// [name, address] of each level; called: the users of the address.
export function levels(state, called, status) {
	const found = FACETS.filter((f) => state[f] !== null &&
		!(f === "user" && status?.user));
	const top = { ...state, by: ["user"], q: "", page: 1, hide: [], pin: [],
		view: "table", job: null, sort: "-total" };
	const root = { ...top };
	for (const facet of FACETS)
		root[facet] = null;
	const own = status?.user;
	const all = own ? visible(own.user ?? String(own.uid)) : "All users";
	const below = found.map((facet, level) => {
		const next = { ...top, by: [deeper(facet, state)] };
		for (const other of found.slice(level + 1))
			next[other] = null;
		const name = called?.[facet]?.name ?? shownName(facet, state[facet]);
		// A login has the name of a user, and is often another.
		return [facet === "login" ? `login ${name}` : name, address(next)];
	});
	const job = state.job === null ? [] : [[visible(state.job), address(state)]];
	return [[all, address(root)], ...below, ...job];
}

export function drawTrail(all, shown) {
	const names = all.map(([name]) => name);
	const link = ([name, href], i) => i === all.length - 1 ?
		el("span", { "aria-current": "page" }, name) : el("a", { href }, name);
	fill(byId("trail"), el("ol", {},
		all.map((step, i) => el("li", {}, link(step, i)))));
	byId("title").textContent = names.join(", ");
	document.title = [...names.slice(1).reverse(), "tm", hosts(shown)]
		.filter(Boolean).join(" · ");
}

// toggle: hides a series or shows it again; alone: hides all others, or shows all
// again; unpin: of one that was kept.
export function drawLegend(model, { before, toggle, alone, unpin }) {
	const button = (s) => el("span.entry", { dataset: { key: s.key } },
		el("button", { type: "button", "aria-pressed": String(!s.hidden),
			title: `${s.hidden ? "Show" : "Hide"} ${s.name}; with Shift, show it alone`,
			onclick: ({ shiftKey }) => (shiftKey ? alone : toggle)(s.key) },
		swatch(s.look), el("span", {}, s.name)),
		s.kept ? el("button.square", { type: "button", title: "Let it go",
			"aria-label": `Do not keep ${s.name} in the chart`,
			onclick: () => unpin(s.key) }, glyph("close")) : null);
	const { partly, times } = model;
	fill(byId("legend"), model.series.map(button),
		before ? el("span.key", {}, el("span.dash"), `before: ${span(before.from,
			before.to)}${!before.isKnown ? ", not metered" :
			before.coverage < 0.95 ?
				`, metered ${percent(before.coverage, 1)}` : ""}`) : null,
		partly.includes(true) ?
			el("span.key", {}, el("span.dot.hatch"), "not metered") : null,
		times.some((t, i) => isLossy(model, i)) ?
			el("span.key", {}, el("span.dot", { style: { "--tone": "var(--bad)" } }),
				"share that lost its details") : null);
}
