// What a bin of the chart holds, in a box beside the pointer and in words.

import { swatch } from "./colours.js";
import { el } from "./dom.js";
import { duration, percent, rate, size, time } from "./format.js";
import { bytesIn } from "./series.js";

const shown = (model) => model.series.filter((s) => !s.hidden);
const written = (model) => model.volume ? size : rate;

// Rows of [series, in, out], the largest first.
function bin(model, i) {
	return shown(model).map((s) => [s, s.in[i], s.out[i]])
		.filter(([, a, b]) => a + b > 0)
		.sort((a, b) => b[1] + b[2] - a[1] - a[2]);
}

function heading({ times, lengths }, i) {
	return `${time(times[i], lengths[i])}, ${duration(lengths[i])}`;
}

function cells(model, a, b) {
	const write = written(model);
	return [el("td", {}, write(a)), el("td", {}, write(b))];
}

function table(model, i) {
	const sum = (way) => shown(model).reduce((n, s) => n + s[way][i], 0);
	const head = (text) => el("th", { scope: "col" }, text);
	const row = (name, a, b) => el("tr", {},
		el("th", { scope: "row" }, ...name), ...cells(model, a, b));
	const { before } = model;
	return el("table", {},
		el("thead", {}, el("tr", {}, el("td"), head("in"), head("out"))),
		el("tbody", {}, bin(model, i).map(([s, a, b]) =>
			row([swatch(s.look), s.name], a, b))),
		el("tfoot", {}, row(["all"], sum("in"), sum("out")), before ?
			row(["before"], before.in[i], before.out[i]) : null));
}

export function spoken(model, i) {
	const write = written(model);
	const said = bin(model, i).map(([s, a, b]) =>
		`${s.name} in ${write(a)}, out ${write(b)}`).join("; ");
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
			box.append(el("p", {}, `${size(model.lost[i])} without details (` +
				`${percent(model.lost[i], bytesIn(model, i))})`));
		box.hidden = false;
		const wide = box.offsetWidth, right = x + wide + 24 < root.clientWidth;
		const left = right ? x + 14 : Math.max(0, x - wide - 14);
		box.style.transform = `translate(${Math.round(left)}px, 12px)`;
	}
	return { show, hide: () => box.hidden = true };
}
