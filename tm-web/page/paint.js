// What the chart's canvas is painted with.

import { colour } from "./dom.js";
import { lostShare } from "./series.js";

// Opaque, so that the areas that are painted over each other do not mix.
function mixed(front, back, share) {
	const [a, b] = [front, back].map((c) => c.match(/[\d.]+/g).map(Number));
	const part = (i) => Math.round(a[i] * share + b[i] * (1 - share));
	return `rgb(${part(0)} ${part(1)} ${part(2)})`;
}

// Stripes on a ground: falling (1), level (2), or rising on nothing (0).
function stripes(texture, stroke, ground, length) {
	const tile = document.createElement("canvas");
	const size = tile.width = tile.height = Math.round(length * devicePixelRatio);
	const pen = tile.getContext("2d");
	if (ground) {
		pen.fillStyle = ground;
		pen.fillRect(0, 0, size, size);
	}
	pen.strokeStyle = stroke;
	pen.lineWidth = (ground ? 1.5 : 1) * devicePixelRatio;
	pen.beginPath();
	for (const d of [-size, 0, size]) {
		const [from, to] = { 0: [size, 0], 1: [0, size],
			2: [size / 2, size / 2] }[texture];
		pen.moveTo(d, from);
		pen.lineTo(d + size, to);
	}
	pen.stroke();
	return pen.createPattern(tile, "repeat");
}

// The outline and the area of a series; without outlines where there is no
// room for them.
export function painted({ tone, texture }, dense) {
	const stroke = colour(`--series-${tone}`), card = colour("--card");
	const ground = mixed(stroke, card, dense ? 0.62 : 0.42);
	const fill = texture === 0 ? ground :
		stripes(texture, dense ? card : stroke, ground, 6);
	return { stroke, width: dense ? 0 : 1.25, fill: () => fill,
		points: { show: false } };
}

// Shares below this are in the read-out alone: one packet is not an alarm.
const LOST_LEAST = 0.001;
export const isLossy = (model, i) => lostShare(model, i) >= LOST_LEAST;

// Where not all was metered; and of how much of each bin details were lost, as
// that share of the height.
export function paintMarks(u, model) {
	const { ctx, bbox } = u, { times, lengths, partly } = model;
	const thin = 3 * devicePixelRatio, bottom = bbox.top + bbox.height;
	const x = (t) => Math.round(u.valToPos(t, "x", true));
	const block = (i, high) => {
		const left = x(times[i]);
		ctx.fillRect(left, bottom - high,
			Math.max(x(times[i] + lengths[i]) - left, thin), high);
	};
	ctx.save();
	ctx.beginPath();
	ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
	ctx.clip();
	ctx.fillStyle = stripes(0, colour("--hatch"), null, 7);
	times.forEach((t, i) => partly[i] && block(i, bbox.height));
	ctx.restore();
}

export function paintLosses(u, model) {
	const { ctx, bbox } = u, { times, lengths } = model;
	const thin = 3 * devicePixelRatio, bottom = bbox.top + bbox.height;
	ctx.save();
	ctx.fillStyle = colour("--bad");
	times.forEach((t, i) => {
		if (!isLossy(model, i))
			return;
		const left = Math.max(u.valToPos(t, "x", true), bbox.left);
		const right = Math.min(u.valToPos(t + lengths[i], "x", true),
			bbox.left + bbox.width);
		const high = Math.max(lostShare(model, i) * bbox.height, thin);
		ctx.fillRect(left, bottom - high, Math.max(right - left, thin), high);
	});
	ctx.restore();
}

export function paintZero(u) {
	const y = Math.round(u.valToPos(0, "y", true)) + 0.5;
	u.ctx.strokeStyle = colour("--edge");
	u.ctx.lineWidth = devicePixelRatio;
	u.ctx.setLineDash([]); // the last series may have had dashes
	u.ctx.beginPath();
	u.ctx.moveTo(u.bbox.left, y);
	u.ctx.lineTo(u.bbox.left + u.bbox.width, y);
	u.ctx.stroke();
}
