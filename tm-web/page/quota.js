// Quotas: a bar, a tile, and the table of all of them.

import { byId, el, fill } from "./dom.js";
import { count, percent, size, time } from "./format.js";
import { heading, plain } from "./heading.js";
import { nameOf } from "./names.js";

const colourOf = ({ state }) => ({ ok: "accent", 100: "bad" })[state] ?? "warn";

function meter(quota) {
	const style = { width: `${Math.min(quota.share, 1) * 100}%`,
		background: `var(--${colourOf(quota)})` };
	return el("span.meter", { role: "img",
		"aria-label": percent(quota.used, quota.limit) }, el("span", { style }));
}

export function quotaBar(quota) {
	const { used, limit, period, state } = quota;
	return el("div.quota", { dataset: { state } },
		el("span", {}, `${size(used)} of ${size(limit)} a ${period}`),
		meter(quota));
}

// Beside a name, where there is no room for a column.
export const quotaNote = ({ used, limit, state }) =>
	el("small.quota-note", { dataset: { state } },
		`${percent(used, limit)} of quota`);

// When a limit is reached, and what comes of it.
export function outlook({ state, runs_out_ns: at, projected, period }) {
	if (state === "100")
		return "used up";
	if (at)
		return `used up ${time(Number(at) / 1e9, period === "day" ? 60 : 86400)}`;
	return projected === null ? "too early to tell" : `lasts the ${period}`;
}

export function quotaSums(quotas) {
	const of = (...states) => quotas.filter((q) => states.includes(q.state)).length;
	const over = of("100"), near = of("80", "90"), soon = of("projected");
	const said = [[over, "over"], [near, "above 80 %"],
		[soon, "will be over at this pace"]].filter(([n]) => n)
		.map(([n, what]) => `${n} ${what}`).join(", ");
	return { said: said || "all within their limits",
		tone: over ? "bad" : near ? "warn" : null };
}

const ORDER = {
	share: (q) => q.share, used: (q) => q.used, left: (q) => q.left,
	limit: (q) => q.limit, projected: (q) => q.projected ?? -1,
};

function sorted(quotas, sort) {
	const key = sort.replace(/^-/, ""), sign = sort.startsWith("-") ? -1 : 1;
	const by = ORDER[key] ?? ORDER.share;
	return [...quotas].sort(key === "name" ?
		(a, b) => sign * nameOf("user", a).localeCompare(nameOf("user", b)) :
		(a, b) => sign * (by(a) - by(b)) || a.uid - b.uid);
}

function row(quota, link) {
	const { uid, used, limit, left, period, state, projected } = quota;
	const name = nameOf("user", quota);
	const dated = quota.runs_out_ns || state === "100";
	return el("tr", { dataset: { key: `${uid} ${period}` } },
		el("th.name", { scope: "row" }, el("div", {},
			el("a", { href: link(String(uid)), title: name }, name),
			quota.user === null ? null : el("small", {}, String(uid)))),
		el("td.limit", {}, el("div.quota", { dataset: { state } },
			el("span", {}, percent(used, limit)), meter(quota))),
		el("td", {}, size(used)), el("td.spare", {}, size(limit)),
		el("td.spare", {}, period), el("td", {}, size(left)),
		el("td.spare-2", {}, projected === null ? "–" : size(projected)),
		el("td.outlook", { dataset: { state: dated ? state : "" } },
			outlook(quota)));
}

// view: quotas, sort, onSort, link(uid).
export function drawQuotas(root, view) {
	const { quotas, link } = view;
	byId("filtered").hidden = true;
	if (quotas.length === 0) {
		fill(root, el("div.empty", {}, el("strong", {}, "Nobody has a quota"),
			el("span", {}, "tm-store quota sets one.")));
		return;
	}
	const shown = { ...view, sort: view.sort === "-total" ? "-share" : view.sort };
	const sorting = (key, text, hint = "") => heading(key, text, hint, shown);
	fill(root, el("table.quotas", {},
		el("caption.hidden", {}, "Quotas, in their present periods"),
		el("thead", {}, el("tr", {}, sorting("name", "User", "name"),
			sorting("share", "Used", "limit"), sorting("used", "Bytes"),
			sorting("limit", "Limit", "spare"), plain("Every", "spare"),
			sorting("left", "Left"),
			sorting("projected", "At this pace", "spare-2"), plain("Outlook"))),
		el("tbody", {}, sorted(quotas, shown.sort).map((one) => row(one, link)))));
}

export function drawQuotaCount(root, quotas) {
	root.hidden = quotas.length === 0;
	fill(root, el("span", {}, `${count(quotas.length)} in all, in their ` +
		"present periods, whatever range is shown"));
}
