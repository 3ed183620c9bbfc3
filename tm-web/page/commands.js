// The buttons and keys that stay, and what they do.

import { byId, el, glyph } from "./dom.js";
import { FACETS, TIMES } from "./facets.js";
import { createKeys } from "./keys.js";
import { HEADS, PLURALS } from "./names.js";
import { follows, mainOf } from "./state.js";
import { rowLinks } from "./table.js";

const JOBS = { view: "jobs", job: null, sort: "-total", q: "" };
const QUOTAS = { view: "quotas", job: null, sort: "-share", q: "" };

function createTabs(go, state) {
	const tab = (data, text, onclick) => byId("tabs").append(
		el("button", { type: "button", dataset: data, onclick }, text));
	const table = { view: "table", job: null, sort: "-total" };
	for (const by of FACETS)
		tab({ by }, PLURALS[by], () => go({ ...table, by: [by] }));
	tab({ view: "jobs" }, "Jobs", () => go(JOBS));
	tab({ view: "quotas" }, "Quotas", () => go(QUOTAS));
	const also = byId("also");
	also.append(el("option", { value: "" }, "Split by…"),
		...[...FACETS, ...TIMES].map((key) =>
			el("option", { value: key }, `× ${HEADS[key].toLowerCase()}`)));
	also.addEventListener("change", () => go({ by: [mainOf(state()),
		...(also.value ? [also.value] : [])] }));
	byId("columns").addEventListener("click", () => go(otherColumns(state())));
}

const otherColumns = ({ columns, page }) => ({ page,
	columns: columns === "rates" ? "amounts" : "rates" });

function createSearch(go) {
	const search = byId("search");
	let typed = 0;
	const set = (q) => go({ q }, { replace: true });
	search.addEventListener("input", () => {
		clearTimeout(typed);
		typed = setTimeout(() => set(search.value), 150);
	});
	return function leave() {
		if (document.activeElement !== search)
			return false;
		search.value = "";
		set("");
		search.blur();
		return true;
	};
}

function createChartButtons({ go, zoom, zoomBack, view, state }) {
	for (const [chart, text] of [["rate", "Rate"], ["volume", "Volume"]])
		byId("kinds").append(el("button", { type: "button", dataset: { chart },
			onclick: () => go({ chart, page: state().page }) }, text));
	byId("compare").addEventListener("click", () =>
		go({ compare: !state().compare, page: state().page }));
	byId("back").addEventListener("click", zoomBack);
	byId("closer").addEventListener("click", () => {
		const seen = view(), quarter = seen && (seen.to - seen.from) / 4;
		if (seen)
			zoom(seen.from + quarter, seen.to - quarter);
	});
}

function focusRow(by) {
	const links = rowLinks(), at = links.indexOf(document.activeElement);
	links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
}

function up() {
	[...byId("trail").querySelectorAll("a")].at(-1)?.click();
}

export function createCommands(page) {
	const { go, range, nextScheme, state } = page;
	createTabs(go, state);
	createChartButtons(page);
	const leaveSearch = createSearch(go);
	for (const id of ["csv", "json"])
		byId(id).prepend(glyph("down"));
	byId("print").prepend(glyph("print"));
	byId("print").addEventListener("click", () => print());
	createKeys([
		[["/"], "Filter the table", () => byId("search").focus()],
		[["j", "k"], "Next and previous row, Enter opens it",
			(key) => focusRow(key === "j" ? 1 : -1)],
		[["u"], "Up one level", up],
		[FACETS.slice(0, 9).map((key, i) => String(i + 1)), FACETS.slice(0, 9)
			.map((key) => PLURALS[key]).join(", "), (key) => go({
			by: [FACETS[key - 1]], view: "table", job: null, sort: "-total" })],
		[["b"], "Jobs of batch systems", () => go(JOBS)],
		[["q"], "Quotas", () => go(QUOTAS)],
		[["[", "]"], "Earlier and later", (key) => {
			if (key === "[" || !follows(state()))
				range.shift(key === "[" ? -1 : 1);
		}],
		[["-"], "Zoom out", range.wider],
		[["v"], "Rate, or volume by hour, day or month", () =>
			go({ chart: state().chart === "rate" ? "volume" : "rate" })],
		[["c"], "Compare with the period before", () =>
			go({ compare: !state().compare })],
		[["r"], "Rates of each row, or amounts", () => go(otherColumns(state()))],
		[["l"], "Follow the clock, or hold", range.live],
		[["p"], "Print", () => print()],
		[["t"], "Theme", nextScheme],
		[["Esc"], "Leave the filter", leaveSearch],
	]);
}
