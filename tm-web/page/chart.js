// What moved over time, stacked: in above the axis, out below it.

import { axes, rem, upAndDown } from "./axes.js";
import { colour, el } from "./dom.js";
import { zoneName } from "./format.js";
import { painted, paintLosses, paintMarks, paintZero } from "./paint.js";
import { createReadout, spoken } from "./readout.js";

// Running sums, the outermost first, as they are painted.
function stacked(series, way, sign, covered) {
	const sums = [];
	let below = covered.map((c) => c ? 0 : null);
	for (const one of series) {
		below = below.map((v, i) => v === null ? null : v + sign * one[way][i]);
		sums.unshift(below);
	}
	return sums;
}

export function createChart(root, { zoom, zoomOut, say }) {
	let plot = null, model = null, shape = "", at = null;
	let held = false, owed = null; // a drag, and the data that waits for its end
	const readout = createReadout(root);
	const up = el("span.way.up", { "aria-hidden": "true" }, "in");
	const down = el("span.way.down", { "aria-hidden": "true" }, "out");
	root.append(up, down);

	const shown = () => model.series.filter((s) => !s.hidden);

	// A bin is a flat step, from its start to just before its end; a sum is a
	// bar, with a gap on both sides.
	function data() {
		const { times, lengths, covered, before, volume } = model;
		const series = shown(), gap = volume ? 0.08 : 0;
		const scale = (list, sign) => list.map((v) => v * sign);
		const steps = (list) => list.flatMap((v) =>
			volume ? [v, v, null] : [v, v]);
		const lines = [
			...stacked(series, "in", unit(), covered),
			...stacked(series, "out", -unit(), covered),
			...(before ? [scale(before.in, unit()), scale(before.out, -unit())] : [])];
		return [times.flatMap((t, i) => [t + lengths[i] * gap,
			t + lengths[i] * (0.9999 - gap), t + lengths[i] * 0.99995]
			.slice(0, volume ? 3 : 2)), ...lines.map(steps)];
	}

	const unit = () => model.volume ? 1 : 8; // bytes, or bits a second

	// Opaque, the outermost first, so that each covers what is below it.
	function areas() {
		const dense = root.clientWidth / model.times.length < 9;
		return shown().reverse().map((s) => painted(s.look, dense));
	}

	function linesBefore() {
		const line = { stroke: colour("--text"), width: 1.5, dash: [5, 4],
			points: { show: false } };
		return model.before ? [line, line] : [];
	}

	function options({ width, height }) {
		// Half of the last time on the axis is beyond the end.
		const beyond = 2.8 * rem();
		return {
			width, height,
			padding: [8, beyond, 0, 0], legend: { show: false },
			tzDate: (at) => uPlot.tzDate(new Date(at * 1000), zoneName()),
			scales: { x: { range: () => [model.from, model.to] },
				y: { range: upAndDown } },
			axes: axes(root, model),
			series: [{}, ...areas(), ...areas(), ...linesBefore()],
			cursor: { y: false, points: { show: false },
				drag: { x: true, y: false, setScale: false, dist: 5 } },
			hooks: { drawClear: [(u) => paintMarks(u, model)],
				draw: [paintZero, (u) => paintLosses(u, model)],
				setCursor: [hover], setSelect: [selected] },
		};
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

	function read(i) {
		const middle = model.times[i] + model.lengths[i] / 2;
		const seen = Math.min(Math.max(middle, model.from), model.to);
		plot.setCursor({ left: plot.valToPos(seen, "x"), top: 1 });
		say(spoken(model, i));
	}

	function closer() {
		const middle = at === null ? (model.from + model.to) / 2 : model.times[at];
		const half = (model.to - model.from) / 4;
		zoom(middle - half, middle + half);
	}

	function keyed(event) {
		if (!plot || event.ctrlKey || event.metaKey || event.altKey)
			return;
		const last = model.times.length - 1, now = at ?? last;
		const to = { ArrowLeft: at === null ? last : now - 1, ArrowRight: now + 1,
			Home: 0, End: last }[event.key];
		if (to !== undefined)
			read(Math.min(Math.max(to, 0), last));
		else if (event.key === "Escape" && at !== null)
			plot.setCursor({ left: -10, top: -10 });
		else if (event.key === "+" || event.key === "=")
			closer();
		else
			return;
		event.preventDefault();
		event.stopPropagation();
	}

	const room = () => ({ width: root.clientWidth, height: root.clientHeight });

	function build(size) {
		plot?.destroy();
		plot = new uPlot(options(size), data(), root);
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
		const wanted = JSON.stringify([shown().map((s) => [s.key, s.look]),
			root.clientWidth < 560, model.times.length, model.volume,
			Boolean(model.before), zoneName()]);
		if (plot === null || wanted !== shape) {
			shape = wanted;
			build(room());
		} else {
			plot.setData(data());
		}
		if (at !== null)
			hover(plot);
	}

	// In the colours of now; on paper in another size.
	function redraw(size = room()) {
		if (model && model.times.length)
			build(size);
	}

	function fit() {
		const { width, height } = room();
		if (plot && width && (plot.width !== width || plot.height !== height))
			plot.setSize({ width, height });
	}

	root.addEventListener("mousedown", () => held = true);
	addEventListener("mouseup", release);
	addEventListener("blur", release);
	root.addEventListener("dblclick", zoomOut);
	root.addEventListener("keydown", keyed);
	root.addEventListener("blur", () => plot?.setCursor({ left: -10, top: -10 }));
	new ResizeObserver(fit).observe(root);

	return { draw, redraw,
		room: () => Math.max(60, Math.min(root.clientWidth / 7, 400)) };
}
