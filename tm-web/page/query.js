// The query of an address: pairs of keys and values, whose bytes survive.

// Names are bytes: those that are not UTF-8 stand in strings as U+DC80 to
// U+DCFF, and in an address as themselves. URLSearchParams would lose them.
function encode(text) {
	let out = "";
	for (const c of text) {
		const code = c.codePointAt(0);
		out += code >= 0xdc80 && code <= 0xdcff ?
			`%${(code - 0xdc00).toString(16).toUpperCase()}` :
			/[,:@/]/.test(c) ? c : encodeURIComponent(c);
	}
	return out;
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

function decode(text) {
	const parts = text.replaceAll("+", " ").match(/(%[0-9a-f]{2})+|[^%]+|%/gi);
	return (parts ?? []).map((part) => {
		if (!/^%./.test(part))
			return part;
		const bytes = part.slice(1).split("%").map((h) => parseInt(h, 16));
		return fromBytes(bytes);
	}).join("");
}

// A list becomes one pair for each of its values; null is left out.
export function query(parameters) {
	return Object.entries(parameters)
		.flatMap(([key, values]) => [values].flat().map((v) => [key, v]))
		.filter(([, value]) => value !== null && value !== undefined)
		.map(([key, value]) => `${encode(key)}=${encode(String(value))}`)
		.join("&");
}

export function pairs(search) {
	return search.replace(/^\?/, "").split("&").filter(Boolean).map((pair) => {
		const [key, ...rest] = pair.split("=");
		return [decode(key), decode(rest.join("="))];
	});
}
