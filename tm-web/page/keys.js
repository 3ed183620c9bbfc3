// Single keys, and the dialog that lists them.

import { byId, el } from "./dom.js";
import { recall, remember } from "./memory.js";

// bindings: [keys, what they do, action]; a page that is used by voice or
// with a switch can have single keys off.
export function createKeys(bindings) {
	const dialog = byId("keys"), on = byId("keys-on");
	on.checked = recall("tm-keys") !== "off";
	on.addEventListener("change", () =>
		remember("tm-keys", on.checked ? "on" : "off"));
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
