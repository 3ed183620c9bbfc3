// What the keys of a row are called, in a filter and by people.

import { FACETS, TIMES } from "./facets.js";
import { time, visible } from "./format.js";

// Series of the chart that are no key of a filter.
export const REST = "*";
export const SMALL = "**";

const NOBODY = 4294967295;

const TITLES = { remote: "Remote host" };
const UNKNOWN = { remote: "no address" };

const head = (key) => TITLES[key] ?? key[0].toUpperCase() + key.slice(1);
const plural = (word) => `${word}${word.endsWith("s") ? "es" : "s"}`;
const each = (keys, make) => Object.fromEntries(keys.map((k) => [k, make(k)]));

export const HEADS = each([...FACETS, ...TIMES], head);
export const PLURALS = each(FACETS, (key) => plural(head(key)));

const STEPS = { minute: 60, hour: 3600, day: 86400, month: 86400 };

export const isUnowned = (row) => row.uid === NOBODY;

// A row's key for a filter; null where the store summed up what was too much
// to keep one by one.
export function keyOf(by, row) {
	if (by === "user")
		return String(row.uid);
	return TIMES.includes(by) ? row.time_ns : row[by];
}

export const rowKey = (keys, row) =>
	keys.map((by) => keyOf(by, row) ?? SMALL).join("\0");

// A name as people read it, safe to show.
export function shownName(by, name) {
	return name === null ? "many small ones" : visible(name) ||
		(UNKNOWN[by] ?? `unknown ${by}`);
}

export function nameOf(by, row) {
	if (TIMES.includes(by)) {
		const text = time(Number(row.time_ns) / 1e9, STEPS[by]);
		const name = by === "month" ? text.slice(0, 7) : text;
		// Where the shorter sums are gone.
		return row.resolution === by ? name : `${name}, ${row.resolution}`;
	}
	if (by === "user")
		return shownName(by, isUnowned(row) ? "none" :
			row.user ?? String(row.uid));
	return shownName(by, row[by]);
}
