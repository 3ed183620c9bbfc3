// What cannot be shown, and where to go instead.

import { byId, el, fill } from "./dom.js";
import { visible } from "./format.js";
import { without } from "./state.js";

const root = byId("message");

export function clearProblem() {
	root.hidden = true;
	document.body.classList.remove("bare");
}

function say(...content) {
	fill(root, ...content);
	root.hidden = false;
}

// The server is away or busy: what was seen stays.
export function showTrouble(text, isBare) {
	say(el("p", {}, `${visible(text)}. Trying again.`));
	document.body.classList.toggle("bare", isBare);
}

function line({ key, value, text }, search) {
	if (key === null)
		return el("li", {}, `${visible(text)}.`);
	const said = `${key}${value === "" ? "" : `=${value}`}`;
	return el("li", {}, el("code", {}, visible(said)), ` ${visible(text)}. `,
		el("a", { href: without(search, { key, value }) }, "Show it without this"));
}

// An address that means nothing gets no answer that it did not ask for.
export function showRefusal(problems, search) {
	say(el("h2", {}, "This address cannot be shown"),
		el("ul", {}, problems.map((problem) => line(problem, search))),
		el("p", {}, el("a", { href: location.pathname }, "Show the last hour")));
	document.body.classList.add("bare");
}

// Which part of the address a refusal is about: the server's begins with the name.
export function problemOf(message, about, given) {
	if (about)
		return { ...about, text: about.isWhole ? message : `: ${message}` };
	const key = /^\w+/.exec(message)?.[0];
	const found = given.find(([k]) => k === key) ??
		given.find(([k]) => k === "range" && key === "from");
	return found ? { key: found[0], value: found[1], text: `: ${message}` } : null;
}
