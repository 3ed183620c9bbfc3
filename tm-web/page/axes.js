// The chart's scales: what stands beside them, and where they end.

import { colour } from "./dom.js";
import { rate, size, time } from "./format.js";

const bits = (v) => rate(Math.abs(v) / 8);
const bytes = (v) => size(Math.abs(v));
// Whole numbers of KiB, MiB and so on.
const BINARY = [...Array(62).keys()].map((i) => 2 ** i);

export const rem = () =>
	parseFloat(getComputedStyle(document.documentElement).fontSize);

// With room for both directions, however little one of them is.
export function upAndDown(u, low, high) {
	const most = Math.max(high ?? 0, -(low ?? 0), 1000) * 0.12;
	return [Math.min((low ?? 0) * 1.08, -most),
		Math.max((high ?? 0) * 1.08, most)];
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

export function axes(root, model) {
	const unit = rem(), narrow = root.clientWidth < 560;
	const write = model.volume ? bytes : bits;
	const axis = { stroke: colour("--soft"), ticks: { show: false },
		font: `${1.1 * unit}px ${getComputedStyle(root).fontFamily}` };
	return [
		{ ...axis, grid: { show: false }, size: 2.8 * unit, gap: 6,
			space: (narrow ? 6.4 : 8.4) * unit,
			values: (u, splits, at, space, step) => labels(splits, step) },
		{ ...axis, size: (narrow ? 6.4 : 7.8) * unit, gap: 8,
			...(model.volume ? { incrs: BINARY } : {}),
			space: Math.max(4 * unit, root.clientHeight / 10),
			values: (u, splits) => splits.map((v) => v === 0 ? "0" :
				write(v).replace(".0 ", " ")),
			grid: { stroke: colour("--line"), width: 1 } },
	];
}
