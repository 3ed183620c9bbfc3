// The tiles above the chart: how much, how fast, whose, and how surely.

import { byId, el, fill } from "./dom.js";
import { FACETS } from "./facets.js";
import { count, duration, percent, rate, size } from "./format.js";
import { outlook, quotaBar, quotaSums } from "./quota.js";

// The unit smaller than its number.
function split(text) {
	const at = text.lastIndexOf(" ");
	return [text.slice(0, at), el("small", {}, text.slice(at))];
}

const big = (text, ...more) => el("strong", {}, ...split(text), ...more);

function tile(title, dot, ...content) {
	return el("div.tile", {}, el("h2", {},
		dot ? el("span.dot", { style: { "--tone": `var(--${dot})` } }) : null,
		title), ...content);
}

// A line of a tile: a figure and what it is.
const figure = (value, what) => el("p", {}, el("span.figure", {}, value), ` ${what}`);

function earlier({ isKnown, coverage, ...sums }, way) {
	if (!isKnown)
		return el("p", {}, "before: not metered");
	return figure(size(sums[way]), coverage < 0.95 ?
		`before, metered ${percent(coverage, 1)}` : "before");
}

// As for quotas, a tenth of the period has to be over.
function pace(bytes, seconds, rest) {
	return rest && rest.passed >= 0.1 ? figure(size(bytes + bytes / seconds *
		rest.seconds), `by the end of the ${rest.unit}, at this pace`) : null;
}

function moved(title, way, { all, before, seconds, rest }) {
	const isRated = all.rates && all.rates_slots > 1;
	const per = { title: `of each ${all.rates}’s average` };
	const rated = (key, ...what) => el("p", per,
		el("span.figure", {}, rate(all[`${key}_${way}`])), ...what);
	return tile(title, way, big(size(all[way]), before ?
		el("small.change", {}, before.change(all[way], before[way])) : null),
	before ? earlier(before, way) : null,
	pace(all[way], seconds, rest),
	figure(rate(all[way] / seconds), "average"),
	...(isRated ? [rated("p95", " 95th", el("span.wide", {}, " percentile")),
		rated("peak", ` peak ${all.rates}`)] : []));
}

// Shares of the same whole as in the last line of tm-report.
function owners(all) {
	const { attributed, nobody, lost, excluded, unattributed } = all;
	const whole = attributed + nobody + lost + excluded + unattributed;
	const parts = [[attributed, "accent"], [nobody, "warn"], [lost, "bad"],
		[unattributed, "edge"]];
	return tile("Attributed to a user", null,
		big(percent(attributed, whole)),
		el("span.meter", { "aria-hidden": "true" }, whole ? parts.map(([n, c]) =>
			el("span", { style: { width: `${n * 100 / whole}%`,
				background: `var(--${c})` } })) : []),
		figure(size(nobody), "unowned"), figure(size(unattributed), "unattributed"));
}

// One packet in a year is no alarm: what it is of the whole tells.
function losses({ lost, total }) {
	if (!lost)
		return el("p", {}, "no details were lost");
	const share = lost / Math.max(total, lost);
	return el("p", { class: share >= 0.01 ? "bad" : share >= 0.001 ? "warn" : null },
		`${size(lost)} lost their details `,
		el("span.whole", {}, `(${percent(lost, total)})`));
}

// Who sends to this host itself is charged for sending, and who receives it there
// for receiving it: it is in both In and Out.
function loopback({ loopback: bytes }, { isCounted, href }) {
	if (isCounted && !bytes)
		return null;
	return el("p", {}, isCounted ? [el("span.figure", {}, size(bytes)),
		" over loopback, counted at both ends; "] : "without loopback; ",
	el("a", { href }, isCounted ? "leave it out" : "count it"));
}

function surely(all, length, within) {
	const covered = all.covered_seconds;
	return tile("Metered", null,
		big(percent(Math.min(covered, length), length)),
		el("p", {}, `${duration(covered)} of this range`), losses(all),
		el("p", {}, `${count(all.packets)} packets`),
		all.excluded ? figure(size(all.excluded), "excluded") : null,
		loopback(all, within));
}

// A tile that leads to the table of all quotas.
function linked(href, title, ...content) {
	const node = tile(el("a", { href }, title), null, ...content);
	node.classList.add("leads");
	return node;
}

function allowed(quotas, href) {
	const { said, tone } = quotaSums(quotas);
	return linked(href, "Quotas", el("strong", {}, String(quotas.length),
		el("small", {}, quotas.length === 1 ? " user" : " users")),
	el("p", { class: tone }, said));
}

function quota(one, href) {
	return linked(href, "Quota", big(percent(one.used, one.limit)), quotaBar(one),
		el("p", {}, `${size(one.left)} left, ${outlook(one)}`));
}

// all: of the range; length: how many seconds of it have passed; seconds: how
// many were metered; quotas: the address of their table; within: whether loopback
// traffic is counted, and the address of the other way; rest: what is still to come
// of a calendar period.
export function drawTotals(root, view) {
	const { all, state, user, length, quotas, within } = view;
	const narrowed = FACETS.some((facet) => state[facet] !== null);
	const limits = user !== null ?
		all.quotas.map((one) => quota(one, quotas)) :
		all.quotas.length && !narrowed ? [allowed(all.quotas, quotas)] : [];
	fill(root, moved("In", "in", view), moved("Out", "out", view),
		narrowed || all.unattributed === null ? null : owners(all),
		surely(all, length, within), limits);
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
		fill(within, el("span.figure", {}, rate(rates.in)), " in");
		fill(without, el("span.figure", {}, rate(rates.out)), " out");
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
