// What the keys of a row are called, in a filter and by people.

import { FACETS, TIMES } from "./facets.js";
import { time, visible } from "./format.js";

// Series of the chart that are no key of a filter.
export const REST = "*";
export const SMALL = "**";

const NOBODY = 4294967295;

// [heading, of several] where they are not the key itself.
const TITLES = { remote: ["Remote host"],
	workload: ["Unit or container", "Units and containers"] };
const UNKNOWN = { remote: "no address", workload: "no unit" };

const head = (key) => TITLES[key]?.[0] ?? key[0].toUpperCase() + key.slice(1);
const plural = (word) => `${word}${word.endsWith("s") ? "es" : "s"}`;
const each = (keys, make) => Object.fromEntries(keys.map((k) => [k, make(k)]));

export const HEADS = each([...FACETS, ...TIMES], head);
export const PLURALS = each(FACETS, (key) =>
	TITLES[key]?.[1] ?? plural(head(key)));

const STEPS = { minute: 60, hour: 3600, day: 86400, month: 86400 };

// Keys that are users: a row has the number beside the name.
const PEOPLE = { user: "uid", login: "login_uid" };
export const isPerson = (by) => by in PEOPLE;
export const uidOf = (by, row) => row[PEOPLE[by]];
export const isNobody = (by, row) => uidOf(by, row) === NOBODY;

// A row's key for a filter; null where the store summed up what was too much
// to keep one by one.
export function keyOf(by, row) {
	if (isPerson(by))
		return isNobody(by, row) ? "none" : String(uidOf(by, row));
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
	if (isPerson(by))
		return shownName(by, isNobody(by, row) ? "none" :
			row[by] ?? String(uidOf(by, row)));
	return shownName(by, row[by]);
}

// The end of a path, which tells most, and the folder that it is in.
export function pathParts(by, name) {
	const at = by === "command" ? name.lastIndexOf("/") : -1;
	return at < 0 ? [name, ""] : [name.slice(at + 1), name.slice(0, at) || "/"];
}

// Names for a list of a few: whole paths only where their ends are the same.
export function shortNames(by, names) {
	const ends = names.map((name) => pathParts(by, name)[0]);
	return names.map((name, i) =>
		ends.indexOf(ends[i]) === ends.lastIndexOf(ends[i]) ? ends[i] : name);
}
