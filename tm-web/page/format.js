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

// "+12 %" of what was before, or what became of it.
export function change(now, before) {
	if (before === 0)
		return now === 0 ? "0 %" : "new";
	const share = (now - before) * 100 / before;
	if (share >= 1000)
		return `× ${(now / before).toFixed(0)}`;
	const text = Math.abs(share).toFixed(Math.abs(share) < 10 ? 1 : 0);
	return `${Number(text) === 0 ? "±" : share > 0 ? "+" : "−"}${text} %`;
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

/* times, in one zone for all of them: the history's, whose days they are */

let zone, written, isSettled = false;

// One name for a zone that has several, undefined being the browser's; null
// where the browser does not know it.
export function zoneCalled(timeZone) {
	try {
		return new Intl.DateTimeFormat("en", { timeZone })
			.resolvedOptions().timeZone;
	} catch {
		return null;
	}
}

// The browser's own stands in until the server has named the history's; what is
// shown before that has no times.
export const hasZone = () => isSettled;

export function setZone(name) {
	isSettled = true;
	useZone(name);
}

function useZone(name) {
	const wanted = zoneCalled(name) ?? zoneCalled();
	if (wanted === zone)
		return;
	zone = wanted;
	written = new Intl.DateTimeFormat("sv", { timeZone: zone,
		dateStyle: "short", timeStyle: "medium" });
}

useZone();
export const zoneName = () => zone;

// [2026-11-21, 09:48:12]
export const dayAndClock = (seconds) =>
	written.format(new Date(seconds * 1000)).split(" ");

// Seconds since the epoch as a time; its seconds only where they tell.
export function time(seconds, step = 60) {
	const [day, clock] = dayAndClock(seconds);
	if (step >= 86400)
		return day;
	return `${day} ${step < 60 ? clock : clock.slice(0, 5)}`;
}

// "2026-11-21 08:40 – 09:40": the day once where both ends share it.
export function span(from, to) {
	const [day, clock] = dayAndClock(to);
	return `${time(from)} – ` +
		(day === dayAndClock(from)[0] ? clock.slice(0, 5) : time(to));
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
