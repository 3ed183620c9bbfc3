// node palette.mjs STYLE: whether the chart's colours stand out from the card
// and from each other, also to who is colour-blind, in both themes.

import { readFileSync } from "node:fs";

const css = readFileSync(process.argv[2], "utf8");
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "rest"].map((n) => `series-${n}`);

// Linear RGB as it is seen: Machado, Oliveira and Fernandes 2009, severity 1.
const SEEN = {
	fully: [1, 0, 0, 0, 1, 0, 0, 0, 1],
	"without red": [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216,
		-0.003882, -0.048116, 1.051998],
	"without green": [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413,
		-0.011820, 0.042940, 0.968881],
	"without blue": [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602,
		0.004733, 0.691367, 0.303900],
};

const times = (m, v) => [0, 1, 2].map((row) =>
	m[3 * row] * v[0] + m[3 * row + 1] * v[1] + m[3 * row + 2] * v[2]);
const XYZ = [0.4124, 0.3576, 0.1805, 0.2126, 0.7152, 0.0722, 0.0193, 0.1192, 0.9505];

function linear(hex) {
	return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
		.map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
}

function lab(colour, seen) {
	const rgb = times(seen, colour).map((c) => Math.min(1, Math.max(0, c)));
	const [x, y, z] = times(XYZ, rgb).map((v, i) => v / [0.9505, 1, 1.089][i])
		.map((t) => t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
	return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function contrast(a, b) {
	const [dark, light] = [a, b].map((c) => times(XYZ, c)[1]).sort((p, q) => p - q);
	return (light + 0.05) / (dark + 0.05);
}

function of(name, theme) {
	const found = new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`)
		.exec(css);
	return linear(found[1 + theme]);
}

let bad = 0;
for (const theme of [0, 1]) {
	const told = (text, value, least) => {
		if (value >= least)
			return;
		bad++;
		console.log(`${["light", "dark"][theme]}: ${text}: ${value.toFixed(1)}`);
	};
	for (const key of KEYS)
		told(`contrast of ${key}`, contrast(of(key, theme), of("card", theme)), 3);
	for (const [how, seen] of Object.entries(SEEN))
		for (const [i, a] of KEYS.entries())
			for (const b of KEYS.slice(i + 1)) {
				const [p, q] = [a, b].map((key) => lab(of(key, theme), seen));
				told(`${a} and ${b}, seen ${how}`,
					Math.hypot(...p.map((v, n) => v - q[n])), 12);
			}
}
process.exit(bad ? 1 : 0);
