// Time range, theme and keys: what is around the data.

import { byId, el, glyph } from "./dom.js";
import { clock, day, span } from "./format.js";
import { RANGES } from "./state.js";

function remembered(key, value) {
	try {
		if (value === undefined)
			return localStorage.getItem(key);
		localStorage.setItem(key, value);
	} catch {
		// no storage: forgotten with the page
	}
	return null;
}

/* theme */

const THEMES = { system: ["system", "System"], light: ["sun", "Light"],
	dark: ["moon", "Dark"] };

export function createTheme(changed) {
	const root = document.documentElement, button = byId("theme");
	const dark = matchMedia("(prefers-color-scheme: dark)");
	const now = () => root.dataset.theme ?? "system";

	function show() {
		const [image, name] = THEMES[now()];
		button.replaceChildren(glyph(image), el("span", {}, name));
		button.setAttribute("aria-label", `Theme: ${name}`);
		button.title = `Theme: ${name} (t)`;
	}

	function next() {
		// first what differs from what is seen now
		const order = dark.matches ? ["system", "light", "dark"] :
			["system", "dark", "light"];
		const theme = order[(order.indexOf(now()) + 1) % 3];
		if (theme === "system")
			delete root.dataset.theme;
		else
			root.dataset.theme = theme;
		remembered("tm-theme", theme);
		show();
		changed();
	}

	button.addEventListener("click", next);
	dark.addEventListener("change", changed);
	show();
	return next;
}

/* time */

const local = (seconds) => {
	const d = new Date(seconds * 1000);
	return `${day(d)}T${clock(d)}`;
};

function createCustom(go) {
	const form = byId("custom"), period = byId("period");
	const { from, to } = form.elements;

	function open(wanted) {
		form.hidden = !wanted;
		period.setAttribute("aria-expanded", String(wanted));
		byId("custom-error").textContent = "";
		if (wanted)
			from.focus();
	}

	period.addEventListener("click", () => open(form.hidden));
	form.addEventListener("keydown", (event) => {
		if (event.key !== "Escape")
			return;
		event.stopPropagation();
		open(false);
		period.focus();
	});
	document.addEventListener("pointerdown", ({ target }) => {
		if (!form.hidden && !form.contains(target) && !period.contains(target))
			open(false);
	});
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		const [a, b] = [from, to].map((i) => new Date(i.value).getTime() / 1000);
		if (!(b > a)) {
			byId("custom-error").textContent = "The end has to come after the start.";
			return;
		}
		open(false);
		period.focus();
		go({ from: a, to: b });
	});
	return (a, b) => {
		if (form.hidden)
			[from.value, to.value] = [local(a), local(b)];
	};
}

export function createTime(view, go) {
	const presets = byId("presets"), preset = byId("preset");
	const fill = createCustom(go);
	for (const [key, [, name]] of Object.entries(RANGES)) {
		presets.append(el("button", { type: "button", dataset: { range: key },
			title: name,
			onclick: () => go({ range: key, from: null, to: null }) }, key));
		preset.append(el("option", { value: key }, name));
	}
	preset.append(el("option", { value: "", hidden: true }, "other"));
	preset.addEventListener("change", () =>
		go({ range: preset.value, from: null, to: null }));

	// By a share of the range, never past now or before all time.
	function shift(share) {
		const { from, to, now } = view(), length = to - from;
		const end = Math.max(Math.min(to + length * share, now), length);
		go({ from: end - length, to: end });
	}

	function wider() {
		const { from, to, now } = view();
		const length = (to - from) * 2, middle = (from + to) / 2;
		const end = Math.min(middle + length / 2, now);
		go({ from: Math.max(0, end - length), to: end });
	}

	function live() {
		const { state, from, to } = view();
		go(state.from === null ? { from, to } : { from: null, to: null });
	}

	function show(state, from, to) {
		const follows = state.from === null;
		for (const button of presets.children)
			button.setAttribute("aria-pressed",
				String(follows && button.dataset.range === state.range));
		preset.value = follows ? state.range : "";
		byId("live").setAttribute("aria-pressed", String(follows));
		byId("live").title = follows ? "Hold this range (l)" : "Follow the clock (l)";
		byId("later").disabled = follows;
		byId("period").textContent = span(from, to);
		fill(from, to);
	}

	byId("earlier").append(glyph("left"));
	byId("later").append(glyph("right"));
	byId("earlier").addEventListener("click", () => shift(-0.5));
	byId("later").addEventListener("click", () => shift(0.5));
	byId("wider").addEventListener("click", wider);
	byId("live").addEventListener("click", live);
	return { show, shift, wider, live };
}

/* keys */

// bindings: [keys, what they do, action]; a page that is used by voice or
// with a switch can have single keys off.
export function createKeys(bindings) {
	const dialog = byId("keys"), on = byId("keys-on");
	on.checked = remembered("tm-keys") !== "off";
	on.addEventListener("change", () =>
		remembered("tm-keys", on.checked ? "on" : "off"));
	const help = () => dialog.open || dialog.showModal();
	const all = [...bindings, [["?"], "These keys", help]];
	for (const [keys, what] of all)
		byId("keys-list").append(el("dt", {}, keys.flatMap((key, i) =>
			[i ? " " : "", el("kbd", {}, key)])), el("dd", {}, what));
	byId("help").addEventListener("click", help);
	byId("keys-close").addEventListener("click", () => dialog.close());
	document.addEventListener("keydown", (event) => {
		const typing = event.target.matches("input, select, textarea");
		if (event.ctrlKey || event.metaKey || event.altKey || dialog.open ||
			(event.key !== "Escape" && (typing || !on.checked)))
			return;
		const found = all.find(([keys]) => keys.includes(
			event.key === "Escape" ? "Esc" : event.key));
		if (found && found[2](event.key, event) !== false)
			event.preventDefault();
	});
}
