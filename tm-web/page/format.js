// Numbers, times and names as people read them.

const SIZES = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const RATES = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"];

// What shows nothing, or moves and turns the text around it.
const HIDDEN = /[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;

function scaled(value, base, units) {
	let unit = 0;
	while (value >= base - 0.05 && unit < units.length - 1) {
		value /= base;
		unit++;
	}
	const digits = unit === 0 ? Math.round(value) : value.toFixed(1);
	return `${digits} ${units[unit]}`;
}

export const size = (bytes) => scaled(bytes, 1024, SIZES);
export const rate = (bytesPerSecond) =>
	scaled(bytesPerSecond * 8, 1000, RATES);

export const count = (n) => n.toLocaleString("en").replaceAll(",", "\u202f");

export function percent(part, whole) {
	if (!whole)
		return "0 %";
	const share = part * 100 / whole;
	// never "100 %" of what is not all of it, never "0 %" of something
	if (share > 0 && share < 0.1)
		return "< 0.1 %";
	if (share < 100 && share >= 99.95)
		return "> 99.9 %";
	return share === 100 ? "100 %" : `${share.toFixed(1)} %`;
}

function escaped(character) {
	const code = character.codePointAt(0);
	const hex = code.toString(16);
	if (character === "\\")
		return "\\\\";
	if (code >= 0xdc80 && code <= 0xdcff)
		return `\\x${(code - 0xdc00).toString(16)}`;
	return code < 0x80 ? `\\x${hex.padStart(2, "0")}` : `\\u{${hex}}`;
}

// A name that a stranger chose, harmless and with nothing hidden in it, as
// the terminal's tools write it.
export const visible = (text) => text.replace(HIDDEN, escaped);

const two = (n) => String(n).padStart(2, "0");

export const day = (d) =>
	`${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
export const clock = (d) => `${two(d.getHours())}:${two(d.getMinutes())}`;

// Seconds since the epoch as local time; the seconds only where they tell.
export function time(seconds, step = 60) {
	const d = new Date(seconds * 1000);
	if (step >= 86400)
		return day(d);
	return `${day(d)} ${clock(d)}${step < 60 ? `:${two(d.getSeconds())}` : ""}`;
}

// "2026-11-21 08:40 – 09:40": the day once where both ends share it.
export function span(from, to) {
	const a = new Date(from * 1000), b = new Date(to * 1000);
	const end = day(a) === day(b) ? clock(b) : time(to);
	return `${time(from)} – ${end}`;
}

export function duration(seconds) {
	for (const [length, unit] of [[86400 * 365, "y"], [86400, "d"],
		[3600, "h"], [60, "min"]]) {
		if (seconds >= length) {
			const n = seconds / length;
			return `${Number(n.toFixed(n < 10 ? 1 : 0))} ${unit}`;
		}
	}
	return `${Math.round(seconds)} s`;
}
