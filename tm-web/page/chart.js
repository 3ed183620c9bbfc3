// Stacked rates over time: in above the axis, out below it.

import { colour, el } from "./dom.js";
import { rate, time } from "./format.js";
import { createReadout, spoken } from "./readout.js";

const bits = (v) => v === 0 ? "0" : rate(Math.abs(v) / 8).replace(".0 ", " ");

// With room for both directions, however little one of them is.
function upAndDown(u, low, high) {
	const most = Math.max(high ?? 0, -(low ?? 0), 1000) * 0.12;
	return [Math.min((low ?? 0) * 1.08, -most),
		Math.max((high ?? 0) * 1.08, most)];
}

// Opaque, so that the areas that are painted over each other do not mix.
function mixed(front, back, share) {
	const [a, b] = [front, back].map((c) => c.match(/[\d.]+/g).map(Number));
	const part = (i) => Math.round(a[i] * share + b[i] * (1 - share));
	return `rgb(${part(0)} ${part(1)} ${part(2)})`;
}

// Running sums, the outermost first, as they are painted.
function stacked(series, way, sign, covered) {
	const sums = [];
	let below = covered.map((c) => c ? 0 : null);
	for (const one of series) {
		below = below.map((v, i) => v === null ? null :
			v + sign * 8 * one[way][i]);
		sums.unshift(below);
	}
	return sums;
}

// A bin as a flat step: its value at its start and just before its end.
const steps = (list) => list.flatMap((v) => [v, v]);

export function createChart(root, { zoom, say, }) {
	let plot = null, model = null, shape = "", at = null;
	let held = false, owed = null; // a drag, and the data that waits for its end
	const readout = createReadout(root);
	const up = el("span.way.up", { "aria-hidden": "true" }, "in");
	const down = el("span.way.down", { "aria-hidden": "true" }, "out");
	root.append(up, down);

	const shown = () => model.series.filter((s) => !s.hidden);

	function data() {
		const { times, lengths, covered } = model;
		const series = shown();
		return [times.flatMap((t, i) => [t, t + lengths[i] * 0.9999]),
			...stacked(series, "in", 1, covered).map(steps),
			...stacked(series, "out", -1, covered).map(steps)];
	}

	function hatch(context, back) {
		const tile = document.createElement("canvas");
		const length = Math.round(7 * devicePixelRatio);
		tile.width = tile.height = length;
		const pen = tile.getContext("2d");
		pen.strokeStyle = back;
		pen.lineWidth = devicePixelRatio;
		pen.beginPath();
		for (const d of [-length, 0, length]) {
			pen.moveTo(d, length);
			pen.lineTo(d + length, 0);
		}
		pen.stroke();
		return context.createPattern(tile, "repeat");
	}

	// Where not all was metered, and where details were lost.
	function marks(u) {
		const { ctx, bbox } = u, { times, lengths, partly, lost } = model;
		const thin = 4 * devicePixelRatio;
		const x = (t) => Math.round(u.valToPos(t, "x", true));
		const block = (from, to, top, high) =>
			ctx.fillRect(x(from), top, Math.max(x(to) - x(from), thin), high);
		ctx.save();
		ctx.beginPath();
		ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
		ctx.clip();
		ctx.fillStyle = hatch(ctx, colour("--hatch"));
		times.forEach((t, i) => partly[i] &&
			block(t, t + lengths[i], bbox.top, bbox.height));
		ctx.fillStyle = colour("--bad");
		times.forEach((t, i) => lost[i] > 0 &&
			block(t, t + lengths[i], bbox.top + bbox.height - thin, thin));
		ctx.restore();
	}

	function options() {
		const narrow = root.clientWidth < 560;
		// Half of the last time on the axis is beyond the end.
		const beyond = 2.8 * unit();
		return {
			width: root.clientWidth, height: root.clientHeight,
			padding: [8, beyond, 0, 0], legend: { show: false },
			scales: { x: { range: () => [model.from, model.to] },
				y: { range: upAndDown } },
			axes: axes(narrow),
			series: [{}, ...painted(), ...painted()],
			cursor: { y: false, points: { show: false },
				drag: { x: true, y: false, setScale: false, dist: 5 } },
			hooks: { drawClear: [marks], draw: [zeroLine],
				setCursor: [hover], setSelect: [selected] },
		};
	}

	// Opaque, the outermost first, so that each covers what is below it.
	function painted() {
		// Where steps are narrow there is no room for their outlines.
		const dense = root.clientWidth / model.times.length < 9;
		const card = colour("--card");
		return shown().reverse().map((s) => {
			const stroke = colour(`--series-${s.colour}`);
			return { stroke, width: dense ? 0 : 1.25,
				fill: mixed(stroke, card, dense ? 0.6 : 0.42),
				points: { show: false } };
		});
	}

	const unit = () =>
		parseFloat(getComputedStyle(document.documentElement).fontSize);

	function axes(narrow) {
		const rem = unit();
		const axis = { stroke: colour("--soft"), ticks: { show: false },
			font: `${1.1 * rem}px ${getComputedStyle(root).fontFamily}` };
		return [
			{ ...axis, grid: { show: false }, size: 2.8 * rem, gap: 6,
				space: (narrow ? 6.4 : 8.4) * rem,
				values: (u, splits, at, space, step) => labels(splits, step) },
			{ ...axis, size: (narrow ? 6.4 : 7.8) * rem, gap: 8,
				space: Math.max(4 * rem, root.clientHeight / 10),
				values: (u, splits) => splits.map(bits),
				grid: { stroke: colour("--line"), width: 1 } },
		];
	}

	function zeroLine(u) {
		const y = Math.round(u.valToPos(0, "y", true)) + 0.5;
		u.ctx.strokeStyle = colour("--edge");
		u.ctx.lineWidth = devicePixelRatio;
		u.ctx.beginPath();
		u.ctx.moveTo(u.bbox.left, y);
		u.ctx.lineTo(u.bbox.left + u.bbox.width, y);
		u.ctx.stroke();
	}

	function selected(u) {
		const { left, width } = u.select;
		if (width < 5)
			return;
		const from = u.posToVal(left, "x"), to = u.posToVal(left + width, "x");
		u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
		zoom(from, to);
	}

	function hover(u) {
		const { left } = u.cursor;
		if (left === null || left === undefined || left < 0) {
			hide();
			return;
		}
		const t = u.posToVal(left, "x");
		const i = model.times.findLastIndex((start) => start <= t);
		if (i < 0 || t > model.times[i] + model.lengths[i])
			hide();
		else
			readout.show(model, at = i, left + u.bbox.left / devicePixelRatio);
	}

	function hide() {
		readout.hide();
		at = null;
	}

	function keyed(event) {
		if (!plot || event.ctrlKey || event.metaKey || event.altKey)
			return;
		const last = model.times.length - 1;
		const now = at ?? last;
		const to = { ArrowLeft: at === null ? last : now - 1, ArrowRight: now + 1,
			Home: 0, End: last }[event.key];
		if (to !== undefined) {
			const i = Math.min(Math.max(to, 0), last);
			const middle = model.times[i] + model.lengths[i] / 2;
			const seen = Math.min(Math.max(middle, model.from), model.to);
			const left = plot.valToPos(seen, "x");
			plot.setCursor({ left, top: 1 });
			say(spoken(model, i));
		} else if (event.key === "Escape" && at !== null) {
			plot.setCursor({ left: -10, top: -10 });
		} else if (event.key === "+" || event.key === "=") {
			const middle = at === null ? (model.from + model.to) / 2 :
				model.times[at];
			const half = (model.to - model.from) / 4;
			zoom(middle - half, middle + half);
		} else {
			return;
		}
		event.preventDefault();
		event.stopPropagation();
	}

	function build() {
		plot?.destroy();
		plot = new uPlot(options(), data(), root);
	}

	// New data waits until a drag ends: the drag belongs to the chart it began in.
	function release() {
		held = false;
		if (owed)
			setTimeout(() => draw(owed));
	}

	function draw(next) {
		if (held) {
			owed = next;
			return;
		}
		owed = null;
		model = next;
		if (root.clientWidth === 0 || model.times.length === 0)
			return;
		const wanted = JSON.stringify([shown().map((s) => [s.key, s.colour]),
			root.clientWidth < 560, model.times.length]);
		if (plot === null || wanted !== shape) {
			shape = wanted;
			build();
		} else {
			plot.setData(data());
		}
		if (at !== null)
			hover(plot);
	}

	root.addEventListener("mousedown", () => held = true);
	addEventListener("mouseup", release);
	addEventListener("blur", release);
	root.addEventListener("keydown", keyed);
	root.addEventListener("blur", () => plot?.setCursor({ left: -10, top: -10 }));
	new ResizeObserver(() => {
		const { clientWidth: width, clientHeight: height } = root;
		if (plot && (plot.width !== width || plot.height !== height))
			plot.setSize({ width, height });
	}).observe(root);

	return { draw, room: () => Math.max(60, Math.min(root.clientWidth / 7, 400)),
		redraw: () => model && (shape = "", draw(model)) };
}

// Times on the axis: what changes, and the day where it begins.
function labels(splits, step) {
	let before = "";
	return splits.map((seconds) => {
		const text = time(seconds, step >= 86400 ? 86400 : step);
		const [date, clock] = text.split(" ");
		const short = step >= 28 * 86400 ? date.slice(0, 7) : date.slice(5);
		const fresh = date !== before;
		const midnight = clock === undefined || /^00:00(:00)?$/.test(clock);
		const first = before === "" && step < 3600 * 6;
		before = date;
		return midnight || (fresh && !first && step >= 3600) ? short : clock;
	});
}
