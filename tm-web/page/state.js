// What the page shows, all of it in the address: a reload, the back button
// and a link that is passed on lead to the same view.

export const RANGES = {
	"5m": [300, "5 minutes"],
	"15m": [900, "15 minutes"],
	"1h": [3600, "1 hour"],
	"6h": [21600, "6 hours"],
	"24h": [86400, "24 hours"],
	"7d": [7 * 86400, "7 days"],
	"30d": [30 * 86400, "30 days"],
	"1y": [365 * 86400, "1 year"],
	"5y": [5 * 365 * 86400, "5 years"],
};
export const FACETS = ["user", "process", "remote", "protocol"];

const DEFAULTS = {
	range: "1h", from: null, to: null, by: "user", user: null,
	process: null, remote: null, protocol: null, q: "", sort: "-total",
	page: 1, hide: [],
};

// Names are bytes: those that are not UTF-8 stand in strings as U+DC80 to
// U+DCFF, and in an address as themselves. URLSearchParams would lose them.
function encode(text) {
	let out = "";
	for (const c of text) {
		const code = c.codePointAt(0);
		out += code >= 0xdc80 && code <= 0xdcff ?
			`%${(code - 0xdc00).toString(16).toUpperCase()}` :
			encodeURIComponent(c);
	}
	return out;
}

function decode(text) {
	const parts = text.replaceAll("+", " ").match(/(%[0-9a-f]{2})+|[^%]+|%/gi);
	return (parts ?? []).map((part) => {
		if (!/^%./.test(part))
			return part;
		const bytes = part.slice(1).split("%").map((h) => parseInt(h, 16));
		return fromBytes(bytes);
	}).join("");
}

function fromBytes(bytes) {
	let out = "";
	for (let i = 0; i < bytes.length;) {
		const lead = bytes[i];
		const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
		try {
			const whole = new Uint8Array(bytes.slice(i, i + length));
			out += new TextDecoder("utf-8", { fatal: true,
				ignoreBOM: true }).decode(whole);
			i += length;
		} catch {
			out += String.fromCharCode(0xdc00 + lead);
			i++;
		}
	}
	return out;
}

export function query(parameters) {
	return Object.entries(parameters)
		.flatMap(([key, values]) => [values].flat().map((v) => [key, v]))
		.filter(([, value]) => value !== null && value !== undefined)
		.map(([key, value]) => `${key}=${encode(String(value))}`)
		.join("&");
}

// The view that an address names; what makes no sense in it is left out.
export function parse(search) {
	const given = {}, state = { ...DEFAULTS, hide: [] };
	for (const pair of search.replace(/^\?/, "").split("&").filter(Boolean)) {
		const [key, ...rest] = pair.split("=");
		given[key] = decode(rest.join("="));
		if (key === "hide")
			state.hide.push(given[key]);
	}
	if (given.range in RANGES)
		state.range = given.range;
	const from = Number(given.from), to = Number(given.to);
	if (from >= 0 && to > from && to < 1e11)
		Object.assign(state, { from: Math.floor(from), to: Math.ceil(to) });
	if (FACETS.includes(given.by))
		state.by = given.by;
	for (const facet of FACETS)
		if (given[facet] !== undefined)
			state[facet] = given[facet];
	if (/^-?[a-z]+$/.test(given.sort ?? ""))
		state.sort = given.sort;
	state.q = given.q ?? "";
	state.page = Math.max(1, Math.floor(Number(given.page)) || 1);
	return state;
}

// The address of a view: only what differs from the first page's.
export function address(state) {
	const said = {};
	for (const [key, value] of Object.entries(state))
		if (value !== DEFAULTS[key])
			said[key] = value;
	if (state.from !== null)
		delete said.range;
	const text = query(said);
	return text ? `?${text}` : location.pathname;
}

// The seconds that a view covers; one without an end follows the clock.
export function bounds(state, now) {
	if (state.from !== null)
		return [state.from, state.to];
	return [now - RANGES[state.range][0], now];
}
