// Which colour a key has. It keeps it whatever its rank or the range, here and
// after a reload: what was given is remembered for each kind of key. There are
// seven tones in three textures; who was not shown for the longest time gives
// its own to who is new, and nobody else changes.

import { REST } from "./names.js";
import { el } from "./dom.js";
import { recall, remember } from "./memory.js";

const TONES = 7, LOOKS = TONES * 3, KEPT = 300;

// Where the search for a free tone begins: most people see the same one.
function preferred(key) {
	let hash = 0x811c9dc5;
	for (const c of key)
		hash = Math.imul(hash ^ c.codePointAt(0), 0x01000193);
	return ((hash ^ hash >>> 15) >>> 0) % TONES;
}

// Tones before textures, the preferred one first.
const inOrder = (key) => [...Array(LOOKS).keys()].map((i) =>
	i - i % TONES + (preferred(key) + i) % TONES);

// known: Map of key to look, who was shown last at the end.
function lookFor(key, known, taken) {
	const free = inOrder(key).filter((look) => !taken.has(look));
	const given = new Set(known.values());
	return free.find((look) => !given.has(look)) ??
		[...known.values()].find((look) => !taken.has(look)) ?? free[0] ?? 0;
}

const lookOf = (number) => ({ tone: String(number % TONES + 1),
	texture: Math.floor(number / TONES) });

function recalled(kind) {
	try {
		return new Map(JSON.parse(recall(`tm-colours-${kind}`) ?? "[]"));
	} catch {
		return new Map(); // somebody else's
	}
}

// A look for each key, none of them twice; the first of them choose first.
function looksOf(kind, keys) {
	const known = recalled(kind);
	const shown = new Map(), recent = [...known.keys()].reverse();
	const taken = new Set();
	for (const key of recent.filter((k) => keys.includes(k)))
		if (!taken.has(known.get(key))) {
			shown.set(key, known.get(key));
			taken.add(known.get(key));
		}
	for (const key of keys.filter((k) => !shown.has(k))) {
		const look = lookFor(key, known, taken);
		shown.set(key, look);
		taken.add(look);
		known.set(key, look);
	}
	for (const key of shown.keys())
		known.delete(key);
	remember(`tm-colours-${kind}`, JSON.stringify([...known,
		...[...shown].sort()].slice(-KEPT)));
	return new Map([...shown].map(([key, number]) => [key, lookOf(number)]));
}

const REST_LOOK = { tone: "rest", texture: 0 };

// Gives each series of a chart its look.
export function dress({ series }, kind) {
	const looks = looksOf(kind, series.map(({ key }) => key)
		.filter((key) => key !== REST));
	for (const one of series)
		one.look = looks.get(one.key) ?? REST_LOOK;
	return looks;
}

export function swatch(look) {
	return el("span.dot", { dataset: { texture: look.texture },
		style: { "--tone": `var(--series-${look.tone})` } });
}
