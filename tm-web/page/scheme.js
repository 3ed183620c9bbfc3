// The button that chooses light, dark or what the system has.

import { byId, el, glyph } from "./dom.js";
import { remember } from "./memory.js";

const THEMES = { system: ["system", "System"], light: ["sun", "Light"],
	dark: ["moon", "Dark"] };

export function createScheme(changed) {
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
		remember("tm-theme", theme);
		show();
		changed();
	}

	button.addEventListener("click", next);
	dark.addEventListener("change", changed);
	show();
	return next;
}
