// What a bin of the chart holds, in a box beside the pointer and in words.

import { el } from "./dom.js";
import { duration, rate, size, time } from "./format.js";

const shown = (model) => model.series.filter((s) => !s.hidden);

// Rows of [series, in, out], the largest first.
function bin(model, i) {
	return shown(model).map((s) => [s, s.in[i], s.out[i]])
		.filter(([, a, b]) => a + b > 0)
		.sort((a, b) => b[1] + b[2] - a[1] - a[2]);
}

function heading({ times, lengths }, i) {
	return `${time(times[i], lengths[i])}, ${duration(lengths[i])}`;
}

const cells = (a, b) => [el("td", {}, rate(a)), el("td", {}, rate(b))];

function row([series, a, b]) {
	const background = `var(--series-${series.colour})`;
	return el("tr", {}, el("th", { scope: "row" },
		el("span.dot", { style: { background } }), series.name),
	...cells(a, b));
}

function table(model, i) {
	const sum = (way) => shown(model).reduce((n, s) => n + s[way][i], 0);
	const head = (text) => el("th", { scope: "col" }, text);
	return el("table", {},
		el("thead", {}, el("tr", {}, el("td"), head("in"), head("out"))),
		el("tbody", {}, bin(model, i).map(row)),
		el("tfoot", {}, el("tr", {}, el("th", { scope: "row" }, "all"),
			...cells(sum("in"), sum("out")))));
}

export function spoken(model, i) {
	const said = bin(model, i).map(([s, a, b]) =>
		`${s.name} in ${rate(a)}, out ${rate(b)}`).join("; ");
	const what = model.covered[i] ? said || "nothing" : "not metered";
	return `${heading(model, i)}: ${what}`;
}

export function createReadout(root) {
	const box = el("div.readout", { hidden: true });
	root.append(box);

	function show(model, i, x) {
		box.replaceChildren(el("h3", {}, heading(model, i)), model.covered[i] ?
			table(model, i) : "Nothing was metered here.");
		if (model.lost[i] > 0)
			box.append(el("p", {}, `${size(model.lost[i])} without details`));
		box.hidden = false;
		const wide = box.offsetWidth, right = x + wide + 24 < root.clientWidth;
		const left = right ? x + 14 : Math.max(0, x - wide - 14);
		box.style.transform = `translate(${Math.round(left)}px, 12px)`;
	}
	return { show, hide: () => box.hidden = true };
}
