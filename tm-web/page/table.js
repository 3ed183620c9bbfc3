// The table of a facet: who moved what in the range, sorted and paged.

import { NOBODY, ROWS, SMALL, keyOf, nameOf, shownName } from "./api.js";
import { byId, el, fill } from "./dom.js";
import { count, percent, rate, size, time } from "./format.js";

export const HEADS = { user: "User", process: "Process",
	remote: "Remote host", protocol: "Protocol" };

function heading(key, text, hint, { sort, onSort }) {
	const by = sort.replace(/^-/, "") === key;
	const down = sort.startsWith("-");
	const arrow = el("span.arrow", { "aria-hidden": "true" },
		by ? down ? "▼" : "▲" : "");
	const next = key === "name" ? by && !down : !by || !down;
	const button = el("button.sort", { type: "button",
		dataset: { sort: key }, onclick: () => onSort(next ? `-${key}` : key) });
	button.append(...(key === "name" ? [text, arrow] : [arrow, text]));
	return el("th", { scope: "col", class: hint || null,
		"aria-sort": by ? down ? "descending" : "ascending" : null }, button);
}

const plain = (text, hint) => el("th", { scope: "col", class: hint || null }, text);

function nameCell(by, row, { link, colours }) {
	const key = keyOf(by, row), shown = shownName(by, nameOf(by, row));
	const mark = colours.get(key ?? SMALL);
	const cell = el("div", {}, el("span.dot", { style: {
		background: mark ? `var(--series-${mark})` : "transparent" } }));
	const target = link(key);
	cell.append(target ? el("a", { href: target, title: shown }, shown) :
		el("span.text", { title: shown }, shown));
	if (by === "user" && row.uid !== NOBODY && row.user !== null)
		cell.append(el("small", {}, String(row.uid)));
	if (by === "user" && row.uid === NOBODY)
		cell.append(el("small", {}, "no socket owns it"));
	return el("th.name", { scope: "row" }, cell);
}

// In and out as two lengths of one bar, which the largest row fills.
function shareCell(row, whole, most) {
	const part = (n, colour) => el("span", { style: {
		width: `${n * 100 / most}%`, background: `var(--${colour})` } });
	return el("td.share.spare-2", {}, el("div.share-bar", {},
		el("span.meter", { "aria-hidden": "true" },
			most ? [part(row.in, "in"), part(row.out, "out")] : []),
		el("output", {}, percent(row.total, whole))));
}

export function quotaBar(quota) {
	const { used, limit, period, share, state } = quota;
	const colour = { ok: "accent", 100: "bad" }[state] ?? "warn";
	const style = { width: `${Math.min(share, 1) * 100}%`,
		background: `var(--${colour})` };
	return el("div.quota", { dataset: { state } },
		el("span", {}, `${size(used)} of ${size(limit)} a ${period}`),
		el("span.meter", { role: "img", "aria-label": percent(used, limit) },
			el("span", { style })));
}

function rowOf(row, view) {
	const { by, sums, quotas, now, lossy } = view;
	const most = Math.max(...view.rows.map((r) => r.total));
	const quota = quotas.get(row.uid), rates = now?.get(row.uid);
	const cells = [nameCell(by, row, view)];
	if (now)
		cells.push(el("td.spare.now", { dataset: { uid: row.uid } }, nowText(rates)));
	cells.push(el("td", {}, size(row.in)), el("td", {}, size(row.out)),
		el("td", {}, size(row.total)), shareCell(row, sums.total, most),
		el("td.spare-2", {}, count(row.packets)));
	if (lossy)
		cells.push(el("td.spare-2", { class: row.lost ? null : "muted" },
			size(row.lost)));
	if (quotas.size)
		cells.push(el("td.limit.spare", {}, quota ? quotaBar(quota) : ""));
	return el("tr", { dataset: { key: keyOf(by, row) ?? SMALL } }, cells);
}

export const nowText = (rates) => rates ? rate(rates.in + rates.out) : "–";

function empty({ q, first, last, onLast }) {
	if (!first && !last)
		return el("div.empty", {}, el("strong", {}, "Nothing has been metered yet"),
			el("span", {}, "What tm-store writes shows up here within seconds."));
	if (q)
		return el("div.empty", {}, el("strong", {}, "Nothing has that in its name"),
			el("span", {}, "Search looks for a part of a name or an address."));
	return el("div.empty", {}, el("strong", {}, "No traffic in this range"),
		el("span", {}, onLast ? `The history ends at ${time(last)}.` :
			first ? `The history begins at ${time(first)}.` : ""),
		onLast ? el("button.small", { type: "button", onclick: onLast },
			"Show the last there is") : null);
}

export function drawTable(root, view) {
	if (view.rows.length === 0) {
		fill(root, empty(view));
		return;
	}
	const { by, quotas, lossy, now } = view;
	const head = el("tr", {}, heading("name", HEADS[by], "name", view));
	if (now)
		head.append(plain("Now", "spare"));
	head.append(heading("in", "In", "", view), heading("out", "Out", "", view),
		heading("total", "Total", "", view), plain("Share", "share spare-2"),
		heading("packets", "Packets", "spare-2", view));
	if (lossy)
		head.append(plain("Lost", "spare-2"));
	if (quotas.size)
		head.append(plain("Quota", "limit spare"));
	const at = document.activeElement;
	fill(root, el("table", {}, el("caption.hidden", {}, view.caption),
		el("thead", {}, head),
		el("tbody", {}, view.rows.map((row) => rowOf(row, view)))));
	// A row that moved has lost the keyboard on its way.
	if (at !== document.activeElement && root.contains(at))
		at.focus({ preventScroll: true });
}

export function drawPages(root, total, page, onPage) {
	const last = Math.max(1, Math.ceil(total / ROWS));
	const first = (page - 1) * ROWS;
	root.hidden = total === 0;
	const end = Math.min(first + ROWS, total);
	// Not disabled but idle: the keyboard stays where it is at the ends.
	const button = (text, to) => el("button.small", { type: "button",
		"aria-disabled": String(to === page), dataset: { key: text },
		onclick: () => to === page || onPage(to) }, text);
	fill(root, el("span", {}, last === 1 ? `${count(total)} in all` :
		`${count(first + 1)}–${count(end)} of ${count(total)}`),
	last === 1 ? [] : [button("First", 1), button("Previous", Math.max(1, page - 1)),
		button("Next", Math.min(last, page + 1)), button("Last", last)]);
}

export const rowLinks = () => [...byId("rows").querySelectorAll("tbody a")];
