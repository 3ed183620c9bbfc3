// The table: who moved what in the range, sorted, filtered and paged.

import { swatch } from "./colours.js";
import { byId, el, fill, glyph } from "./dom.js";
import { count, percent, rate, size, span, visible } from "./format.js";
import { heading, plain } from "./heading.js";
import { HEADS, PLURALS, SMALL, isNobody, isPerson, keyOf, nameOf, pathParts,
	rowKey, uidOf } from "./names.js";
import { quotaBar, quotaNote } from "./quota.js";
import { hasTime } from "./state.js";

function pinButton(key, name, { pinned, onPin }) {
	const is = pinned.includes(key);
	return el("button.pin", { type: "button", "aria-pressed": String(is),
		"aria-label": `Keep ${name} in the chart`,
		title: is ? "Leave it to the chart" : "Keep it in the chart",
		onclick: () => onPin(key) }, glyph("pin"));
}

const NOBODYS = { user: "no socket owns it", login: "not by a login" };

// What stands beside a name: the number of a user, or that there is none, and
// the folder of a command.
function aside(by, row, folder, quota) {
	if (!isPerson(by))
		return [folder ? el("small", {}, folder) : null];
	return [isNobody(by, row) ? el("small", {}, NOBODYS[by]) :
		row[by] === null ? null : el("small", {}, String(uidOf(by, row))),
	quota && by === "user" ? quotaNote(quota) : null];
}

function nameCell(by, row, view, isFirst) {
	const key = keyOf(by, row), whole = nameOf(by, row);
	const [shown, folder] = pathParts(by, whole);
	const isMain = by === view.main;
	const target = key === null ? null : view.link(by, key);
	const look = isMain ? view.looks.get(key ?? SMALL) : null;
	const parts = [isMain ? look ? swatch(look) : el("span.dot") : null,
		target ? el("a", { href: target, title: whole }, shown) :
			el("span.text", { title: whole }, shown),
		...aside(by, row, folder, view.quotas.get(row.uid)),
		isMain && view.onPin && key !== null ? pinButton(key, whole, view) : null];
	return el(isFirst ? "th.name" : "td.name", { scope: isFirst ? "row" : null },
		el("div", {}, parts));
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

const changeCells = ({ total, before }, { change }) =>
	[el("td.spare-2.muted", {}, size(before)),
		el("td", {}, change(total, before))];

// On a telephone there is no room for all.
const hint95 = ({ before }) => before ? "spare" : "";

// Of both directions together.
const rateCells = ({ total, p95, peak }, view) => [
	el("td.spare", {}, rate(total / view.per)),
	el("td", { class: hint95(view) || null }, rate(p95)),
	el("td", {}, rate(peak))];

function rowOf(row, view) {
	const { by, whole, most, before, quotas, now, lossy, per } = view;
	const quota = by.includes("user") ? quotas.get(row.uid) : null;
	const key = rowKey(by, row);
	const cells = by.map((one, i) => nameCell(one, row, view, i === 0));
	if (now)
		cells.push(el("td.spare.now", { dataset: { uid: row.uid } },
			nowText(now.get(row.uid))));
	cells.push(el("td.way", {}, size(row.in)), el("td.way", {}, size(row.out)),
		el("td", {}, size(row.total)));
	if (before)
		cells.push(...changeCells(row, before));
	if (per)
		cells.push(...rateCells(row, view));
	else
		cells.push(shareCell(row, whole, most),
			el("td.spare-2", {}, count(row.packets)));
	if (lossy)
		cells.push(el("td.spare-2", { class: row.lost ? null : "muted" },
			size(row.lost)));
	if (quotas.size)
		cells.push(el("td.limit.spare", {}, quota ? quotaBar(quota) : ""));
	return el("tr", { dataset: { key: key.replaceAll("\0", " ") } }, cells);
}

export const nowText = (rates) => rates ? rate(rates.in + rates.out) : "–";

function head(view) {
	const { by, quotas, lossy, now, before, per, slot } = view;
	// Names are sorted by time first.
	const sorting = Math.max(0, by.findIndex((key) => hasTime([key])));
	return el("tr", {}, by.map((key, i) => i === sorting ?
		heading("name", HEADS[key], "name", view) : plain(HEADS[key], "name")),
		now ? plain("Now", "spare now") : null,
		heading("in", "In", "way", view), heading("out", "Out", "way", view),
		heading("total", "Total", "", view),
		before ? [plain("Before", "spare-2"), plain("Change", "")] : [],
		per ? [plain("Average", "spare"), plain(["95th", el("span.wide", {}, " percentile")],
			hint95(view)),
			plain(`Peak ${slot}`, "")] : [plain("Share", "share spare-2"),
			heading("packets", "Packets", "spare-2", view)],
		lossy ? heading("lost", "Lost", "spare-2", view) : null,
		quotas.size ? plain("Quota", "limit spare") : null);
}

// What the rows of a filter add up to; of all that is in the tiles.
function foot({ q, by, sums, whole, now, lossy, before, quotas, per }) {
	if (!q)
		return null;
	return el("tfoot", {}, el("tr", {},
		el("th.name", { scope: "row", colspan: by.length }, "these"),
		now ? el("td.spare.now") : null, el("td.way", {}, size(sums.in)),
		el("td.way", {}, size(sums.out)), el("td", {}, size(sums.total)),
		before ? [el("td.spare-2"), el("td")] : [],
		per ? [el("td.spare", {}, rate(sums.total / per)),
			el("td", { class: hint95({ before }) || null }), el("td")] : [el("td.share.spare-2", {}, percent(sums.total, whole)),
			el("td.spare-2", {}, count(sums.packets))],
		lossy ? el("td.spare-2", {}, size(sums.lost)) : null,
		quotas.size ? el("td.limit.spare") : null));
}

function empty({ q, filtered, first, last, onLast, onWhole }) {
	const offer = (text, onclick) => onclick && el("button.small",
		{ type: "button", onclick }, text);
	const said = (title, text, ...more) => el("div.empty", {},
		el("strong", {}, title), el("span", {}, text), ...more);
	if (!first && !last)
		return said("Nothing has been metered yet",
			"What tm-store writes shows up here within seconds.");
	if (q)
		return said("Nothing has that in its name",
			"The filter looks for a part of a name or an address.");
	return said(`No traffic ${filtered ? `of ${filtered} ` : ""}in this range`,
		`The history covers ${span(first || last, last)}.`,
		el("div.offers", {}, offer("Show the last there is", onLast),
			offer("Show all of it", onWhole)));
}

// The filter is of the table alone, and says so.
function drawFilter({ q, main, sums, rows, count: found, onClear }) {
	const note = byId("filtered");
	note.hidden = q === "";
	if (q)
		fill(note, el("span", {}, `Only rows with “${visible(q)}” in the name: ` +
			`${count(found)}. Tiles, chart and shares are of all ` +
			`${PLURALS[main].toLowerCase()}.`),
		el("button.small", { type: "button", onclick: onClear }, "Show all"));
}

// view: what draw() of app.js puts together.
export function drawTable(root, view) {
	drawFilter(view);
	if (view.rows.length === 0) {
		fill(root, empty(view));
		return;
	}
	const most = Math.max(...view.rows.map((row) => row.total));
	const at = document.activeElement;
	fill(root, el("table", { dataset: { keys: view.by.length,
		columns: view.before || view.per ? "more" : "plain" } },
		el("caption.hidden", {}, view.caption),
		el("thead", {}, head(view)),
		el("tbody", {}, view.rows.map((row) => rowOf(row, { ...view, most }))),
		foot(view)));
	// A row that moved has lost the keyboard on its way.
	if (at !== document.activeElement && root.contains(at))
		at.focus({ preventScroll: true });
}

export function drawPages(root, view) {
	const { total, page, rows, most, note = "", onPage, onRows } = view;
	const last = Math.max(1, Math.ceil(total / rows)), first = (page - 1) * rows;
	root.hidden = total === 0;
	const end = Math.min(first + rows, total);
	// Not disabled but idle: the keyboard stays where it is at the ends.
	const button = (text, to) => el("button.small", { type: "button",
		"aria-disabled": String(to === page), dataset: { key: text },
		onclick: () => to === page || onPage(to) }, text);
	const more = [25, 100, 1000].filter((n) => n <= most &&
		(n === 25 || n === rows || total > 25))
		.map((n) => el("button.small", { type: "button", dataset: { key: `n${n}` },
			"aria-pressed": String(n === rows), title: `${n} rows a page`,
			onclick: () => onRows(n) }, String(n)));
	const said = last === 1 ? `${count(total)} in all` :
		`${count(first + 1)}–${count(end)} of ${count(total)}`;
	fill(root, el("span", {}, note ? `${said}, ${note}` : said),
	more.length > 1 ? el("div.lengths.segments", { role: "group",
		"aria-label": "Rows a page" }, more) : null,
	last === 1 ? [] : [button("First", 1), button("Previous", Math.max(1, page - 1)),
		button("Next", Math.min(last, page + 1)), button("Last", last)]);
}

export const rowLinks = () => [...byId("rows").querySelectorAll("tbody a")];
