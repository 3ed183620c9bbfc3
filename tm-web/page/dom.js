// Elements, their text always as text.

export const byId = (id) => document.getElementById(id);

// el("a.button", { href: "/" }, "text", child, ...): properties that start
// with "on" listen, "style" and "dataset" are objects, the rest attributes.
export function el(name, given = {}, ...children) {
	const [tag, ...classes] = name.split(".");
	const element = document.createElement(tag);
	element.classList.add(...classes);
	for (const [key, value] of Object.entries(given)) {
		if (value === undefined || value === null || value === false)
			continue;
		if (key.startsWith("on"))
			element[key] = value;
		else if (key === "style")
			for (const [property, v] of Object.entries(value))
				element.style.setProperty(property, v);
		else if (key === "class")
			element.classList.add(...value.split(" "));
		else if (key === "dataset")
			Object.assign(element.dataset, value);
		else
			element.setAttribute(key, value === true ? "" : value);
	}
	element.append(...children.flat().filter((c) => c !== null));
	return element;
}

// Makes an element's children like those given, with as little change as can
// be: what a finger or the keyboard is on stays. data-key tells which is which.
export function fill(root, ...children) {
	const keyed = new Map([...root.childNodes].map((c) => [c.dataset?.key, c]));
	let at = root.firstChild;
	for (const wanted of children.flat().filter((c) => c !== null)) {
		const next = typeof wanted === "string" ?
			document.createTextNode(wanted) : wanted;
		const key = next.dataset?.key;
		const same = key === undefined ? at : keyed.get(key);
		if (same && alike(same, next)) {
			if (same === at)
				at = at.nextSibling;
			else
				root.insertBefore(same, at);
			become(same, next);
		} else {
			root.insertBefore(next, at);
		}
	}
	while (at) {
		const after = at.nextSibling;
		at.remove();
		at = after;
	}
}

const alike = (a, b) => a.nodeName === b.nodeName &&
	a.dataset?.key === b.dataset?.key;

function become(old, next) {
	if (old.nodeType === Node.TEXT_NODE) {
		if (old.data !== next.data)
			old.data = next.data;
		return;
	}
	for (const { name } of [...old.attributes])
		if (name !== "style" && !next.hasAttribute(name))
			old.removeAttribute(name);
	for (const { name, value } of next.attributes)
		if (name !== "style" && old.getAttribute(name) !== value)
			old.setAttribute(name, value);
	if (old.style.cssText !== next.style.cssText)
		old.style.cssText = next.style.cssText;
	old.onclick = next.onclick;
	fill(old, ...next.childNodes);
}

const GLYPHS = {
	left: "M10 3 5 8l5 5", right: "M6 3l5 5-5 5",
	sun: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1v1.4M8 13.6V15" +
		"M1 8h1.4M13.6 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
	moon: "M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1",
	down: "M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M3 13.5h10",
	print: "M4.5 6V2.5h7V6M4.5 11H2.5V6h11v5h-2M4.5 9.5h7v4h-7z",
	pin: "M6 2h4l-.6 4.2L11.5 8.5h-7l2.1-2.3zM8 8.5V14",
	close: "M4.5 4.5l7 7M11.5 4.5l-7 7",
	system: "M2 3h12v8H2zM6 14h4",
};

export function glyph(name) {
	const svg = "http://www.w3.org/2000/svg";
	const image = document.createElementNS(svg, "svg");
	const path = document.createElementNS(svg, "path");
	image.setAttribute("viewBox", "0 0 16 16");
	image.setAttribute("class", "glyph");
	image.setAttribute("aria-hidden", "true");
	path.setAttribute("d", GLYPHS[name]);
	image.append(path);
	return image;
}

// A colour of the style sheet as the canvas takes it, in the theme of now.
export function colour(variable) {
	const probe = el("i", { hidden: true, style: { color: `var(${variable})` } });
	document.body.append(probe);
	const found = getComputedStyle(probe).color;
	probe.remove();
	return found;
}
