// The feed of what is committed each second, and how fresh it is.

import { byId } from "./dom.js";
import { hasZone, time } from "./format.js";
import { LAG } from "./series.js";

// listen({ rows, state, reset }): rows(event) for what came in, state(name,
// seconds) when the feed is "live", "stale", "away" or "empty". Returns what has
// the state told again.
export function listen({ rows, state, reset }) {
	let source = null, wait = 1, timer = 0, heard = 0, age = 0, open = false;
	let waterless = true;

	function tell() {
		if (!open)
			return state("away");
		if (waterless)
			return state("empty");
		const now = age + (Date.now() - heard) / 1000;
		state(now >= LAG ? "stale" : "live", now);
	}

	function fresh(data) {
		heard = Date.now();
		waterless = (data.watermark_ns ?? null) === null;
		age = data.stale_seconds ?? 0;
		tell();
	}

	function connect() {
		source = new EventSource("api/v1/live");
		source.addEventListener("open", () => {
			open = true;
			wait = 1;
			heard = Date.now();
		});
		source.addEventListener("rows", (event) => {
			const data = JSON.parse(event.data);
			fresh(data);
			rows(data);
		});
		source.addEventListener("status", (event) => fresh(JSON.parse(event.data)));
		source.addEventListener("reset", reset);
		source.addEventListener("error", () => {
			open = false;
			tell();
			// A browser tries again by itself only after a broken
			// connection, not after a refusal.
			if (source.readyState === EventSource.CLOSED) {
				clearTimeout(timer);
				timer = setTimeout(connect, wait * 1000);
				wait = Math.min(wait * 2, 15);
			}
		});
	}

	connect();
	setInterval(tell, 1000);
	return tell;
}

const BADGES = { live: "Live", away: "Reconnecting", empty: "No data yet" };

// The day as well where it was long ago.
function since(seconds) {
	if (!hasZone())
		return "Stale";
	const at = time(Date.now() / 1000 - seconds, 1);
	return `Stale since ${seconds < 43200 ? at.slice(11) : at}`;
}

export function drawBadge(name, seconds) {
	const badge = byId("feed");
	const text = name === "stale" ? since(seconds) : BADGES[name];
	badge.dataset.state = name;
	if (badge.textContent !== text)
		badge.textContent = text;
}
