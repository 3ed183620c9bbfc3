// The headings of a table's columns.

import { el } from "./dom.js";

// A column's heading, which sorts by it. Names begin with a, amounts with the
// largest.
export function heading(key, text, hint, { sort, onSort }) {
	const by = sort.replace(/^-/, "") === key, down = sort.startsWith("-");
	const arrow = el("span.arrow", { "aria-hidden": "true" },
		by ? down ? "▼" : "▲" : "");
	const isName = key === "name";
	const next = isName ? by && !down : !by || !down;
	const button = el("button.sort", { type: "button",
		dataset: { sort: key }, onclick: () => onSort(next ? `-${key}` : key) });
	button.append(...(isName ? [text, arrow] : [arrow, text]));
	return el("th", { scope: "col", class: hint || null,
		"aria-sort": by ? down ? "descending" : "ascending" : null }, button);
}

export const plain = (text, hint) =>
	el("th", { scope: "col", class: hint || null }, text);
