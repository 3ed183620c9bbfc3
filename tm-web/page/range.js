// Which time is shown: presets, steps, and a form that takes words.

import { CALENDAR, RELATIVE, moment, movedByCalendar, periodBefore } from
	"./calendar.js";
import { byId, el, glyph } from "./dom.js";
import { hasZone, span, time, visible } from "./format.js";
import { meant } from "./load.js";
import { follows } from "./state.js";

const INLINE = ["1h", "6h", "24h", "7d", "30d", "Today", "Yesterday",
	"This month", "Last month"];

const SECONDS_MOST = 8.64e12; // of a Date

// A moment of an address, as one would type it; sixteen digits are nanoseconds.
function typed(text) {
	const digits = /^@?(\d+)$/.exec(text)?.[1] ?? "";
	const seconds = Number(digits) / (digits.length < 16 ? 1 : 1e9);
	return digits && seconds <= SECONDS_MOST && hasZone() ? time(seconds, 1) : text;
}

// What stands there until the server has said what it means.
const said = (text) => !hasZone() && /^@?\d+$/.test(text) ? "…" :
	visible(typed(text));

function createForm(go) {
	const form = byId("custom"), period = byId("period");
	const error = byId("custom-error"), { from, to } = form.elements;

	function open(wanted) {
		form.hidden = !wanted;
		period.setAttribute("aria-expanded", String(wanted));
		error.textContent = "";
		if (wanted)
			from.focus();
	}

	function close() {
		open(false);
		period.focus();
	}

	async function submitted(event) {
		event.preventDefault();
		const range = { from: from.value.trim() || "now",
			to: to.value.trim() || "now" };
		try {
			await meant(range);
			close();
			go(range);
		} catch (refused) {
			error.textContent = `${visible(refused.message)}.`;
		}
	}

	period.addEventListener("click", () => open(form.hidden));
	form.addEventListener("keydown", (event) => {
		if (event.key !== "Escape")
			return;
		event.stopPropagation();
		close();
	});
	document.addEventListener("pointerdown", ({ target }) => {
		if (!form.hidden && !form.contains(target) && !period.contains(target))
			open(false);
	});
	form.addEventListener("submit", submitted);
	return { close, fill(state) {
		if (form.hidden)
			[from.value, to.value] = [typed(state.from), typed(state.to)];
	} };
}

// view(): { state, from, to, now } of what is seen, of what was asked for, or
// null before that.
export function createRange(view, go) {
	const form = createForm(go), buttons = [];
	let followed = "-1h"; // what was shown last that goes on with the clock

	function button([short, long, from, to], text, close) {
		const made = el("button", { type: "button", title: long,
			onclick: () => {
				if (close)
					form.close();
				go({ from, to });
			} }, text);
		buttons.push([made, from, to]);
		return made;
	}

	const set = (from, to) => go({ from: moment(from), to: moment(to) });

	// By a share of the range, never past now or before all time; whole days
	// and months by their length.
	function shift(sign) {
		const seen = view();
		if (!seen)
			return;
		const { state, from, to, now, asked } = seen;
		const step = sign < 0 ? periodBefore(state) : null;
		const dates = follows(state) ? null : movedByCalendar(asked.from,
			asked.to, sign);
		if (step || dates)
			return go(step ?? dates);
		const length = to - from;
		const end = Math.max(Math.min(to + length * sign / 2, now), length);
		set(end - length, end);
	}

	function wider() {
		const seen = view();
		if (!seen)
			return;
		const { from, to, now } = seen;
		const length = (to - from) * 2, middle = (from + to) / 2;
		const end = Math.min(middle + length / 2, now);
		set(Math.max(0, end - length), end);
	}

	function live() {
		const seen = view();
		if (!seen)
			return;
		if (follows(seen.state))
			set(seen.from, seen.to);
		else
			go({ from: followed, to: "now" });
	}

	// from, to: null before they are known
	function show(state, seen) {
		for (const [made, from, to] of buttons)
			made.setAttribute("aria-pressed",
				String(state.from === from && state.to === to));
		const goes = follows(state);
		if (goes)
			followed = state.from;
		byId("live").setAttribute("aria-pressed", String(goes));
		byId("live").title = goes ? "Hold this range (l)" : "Follow the clock (l)";
		byId("later").disabled = goes || (seen !== null && seen.to >= seen.now);
		byId("period").textContent = seen ? span(seen.from, seen.to) :
			`${said(state.from)} – ${said(state.to)}`;
		form.fill(state);
	}

	const all = [...RELATIVE, ...CALENDAR];
	byId("presets").append(...INLINE.map((name) =>
		button(all.find(([short]) => short === name), name)));
	byId("relative").append(...RELATIVE.map((one) => button(one, one[1], true)));
	byId("calendar").append(...CALENDAR.map((one) => button(one, one[1], true)));
	byId("earlier").append(glyph("left"));
	byId("later").append(glyph("right"));
	byId("earlier").addEventListener("click", () => shift(-1));
	byId("later").addEventListener("click", () => shift(1));
	byId("wider").addEventListener("click", wider);
	byId("live").addEventListener("click", live);
	return { show, shift, wider, live };
}
