// The tiles above the chart: how much, how fast, whose, and how surely.

import { byId, el, fill } from "./dom.js";
import { count, duration, percent, rate, size } from "./format.js";
import { FACETS } from "./state.js";
import { quotaBar } from "./table.js";

// The unit smaller than its number.
function split(text) {
	const at = text.lastIndexOf(" ");
	return [text.slice(0, at), el("small", {}, text.slice(at))];
}

const big = (text) => el("strong", {}, ...split(text));

function tile(title, dot, ...content) {
	return el("div.tile", {}, el("h2", {},
		dot ? el("span.dot", { style: { background: `var(--${dot})` } }) : null,
		title), ...content);
}

function moved(title, way, sum, seconds) {
	return tile(title, way, big(size(sum[way])), el("p", {},
		`${rate(seconds ? sum[way] / seconds : 0)} on average`),
	el("p", {}, `${count(sum[`packets_${way}`])} packets`));
}

function owners(sum) {
	const { attributed, nobody, unattributed } = sum;
	const whole = attributed + nobody + unattributed;
	const parts = [[attributed, "accent"], [nobody, "warn"],
		[unattributed, "edge"]];
	return tile("Attributed to a user", null,
		big(percent(attributed, whole)),
		el("span.meter", { "aria-hidden": "true" }, whole ? parts.map(([n, c]) =>
			el("span", { style: { width: `${n * 100 / whole}%`,
				background: `var(--${c})` } })) : []),
		el("p", {}, `${size(nobody)} unowned`),
		el("p", {}, `${size(unattributed)} unattributed`));
}

function surely(sum, length) {
	const { covered_seconds: covered, lost } = sum;
	const node = tile("Metered", null,
		big(percent(Math.min(covered, length), length)),
		el("p", {}, `${duration(covered)} of this range`),
		el("p", { class: lost ? "bad" : null }, lost ?
			`${size(lost)} lost their details` : "no details were lost"));
	if (sum.excluded)
		node.append(el("p", {}, `${size(sum.excluded)} excluded`));
	return node;
}

function allowed(quotas) {
	const of = (...states) => quotas.filter((q) => states.includes(q.state)).length;
	const over = of("100"), near = of("80", "90");
	const said = [[over, "over"], [near, "above 80 %"], [of("projected"),
		"will be over at this pace"]].filter(([n]) => n)
		.map(([n, what]) => `${n} ${what}`).join(", ");
	return tile("Quotas", null, el("strong", {}, String(quotas.length),
		el("small", {}, quotas.length === 1 ? " user" : " users")),
	el("p", { class: over ? "bad" : near ? "warn" : null },
		said || "all within their limits"));
}

function quota(one) {
	return tile("Quota", null, big(percent(one.used, one.limit)), quotaBar(one),
		el("p", {}, one.projected === null ? "" :
			`${size(one.projected)} by the end at this pace`));
}

// all: of the range, by filters alone; sums: of the table; length: how many
// seconds of the range have passed.
export function drawTotals(root, { all, sums, state, length }) {
	const seconds = all.covered_seconds ||
		(Number(all.to_ns) - Number(all.from_ns)) / 1e9;
	const { quotas } = all, one = quotas.filter((q) =>
		state.user === String(q.uid) || state.user === q.user);
	const narrowed = FACETS.some((facet) => state[facet] !== null);
	const limits = state.user !== null ? one.map(quota) :
		quotas.length && !narrowed ? [allowed(quotas)] : [];
	fill(root, moved("In", "in", sums, seconds), moved("Out", "out", sums, seconds),
		narrowed || all.unattributed === null ? null : owners(all),
		surely(all, length), limits);
}

// The rates of the last minute as two mirrored lines of bars.
export function createNow() {
	const past = [], root = byId("now");
	const canvas = root.querySelector("canvas");
	const value = root.querySelector("strong");
	const [within, without] = root.querySelectorAll("p");

	function push(rates) {
		past.push(rates);
		if (past.length > 60)
			past.shift();
		fill(value, ...split(rate(rates.in + rates.out)));
		within.textContent = `in ${rate(rates.in)}`;
		without.textContent = `out ${rate(rates.out)}`;
		draw();
	}

	function draw() {
		const scale = devicePixelRatio, style = getComputedStyle(canvas);
		const wide = canvas.width = canvas.clientWidth * scale;
		const high = canvas.height = canvas.clientHeight * scale;
		const pen = canvas.getContext("2d");
		const most = Math.max(1, ...past.map((r) => Math.max(r.in, r.out)));
		const bar = wide / 60, middle = high / 2;
		past.forEach((r, i) => {
			const x = wide - (past.length - i) * bar;
			pen.fillStyle = style.color;
			pen.fillRect(x, middle, bar - scale, -r.in / most * middle);
			pen.fillStyle = style.outlineColor;
			pen.fillRect(x, middle, bar - scale, r.out / most * middle);
		});
	}
	function show(wanted) {
		root.hidden = !wanted;
		if (wanted)
			draw();
	}
	return { push, draw, show };
}
