// A print says what it is of: which host, which range, which filters, from
// which address, printed when. Always dark on light.

import { byId, el, fill } from "./dom.js";
import { span, time, visible, zoneName } from "./format.js";
import { hosts, levels } from "./frame.js";
import { PLURALS } from "./names.js";
import { mainOf } from "./state.js";

const WIDTH = 1020, HEIGHT = 260; // of the chart, for paper that lies

// The facts of the print, as [what, text].
function facts({ state, shown }) {
	const { chart, status, called, rows, summary } = shown;
	const what = state.view !== "jobs" ? PLURALS[mainOf(state)].toLowerCase() :
		state.job === null ? "jobs" : `users and hosts of ${visible(state.job)}`;
	const table = state.view === "quotas" ? `quotas, ${summary.quotas.length}` :
		`${what}, ` +
			`${rows.rows.length} of ${rows.count} rows` +
			(state.q ? `, only those with “${visible(state.q)}” in the name` : "");
	return [["Host", hosts(shown)],
		["Range", `${span(chart.from, Math.min(chart.to, chart.now))} ` +
			zoneName()],
		["Traffic of", levels(state, called, status).map(([name]) => name)
			.join(" › ") + (state.loopback ? "" : ", without loopback")],
		["Table", table],
		["Printed", `${time(Date.now() / 1000, 1)} ${zoneName()}, ` +
			`by tm ${status.tm}`],
		["From", visible(location.href)]];
}

// seen(): { state, shown }, or null while there is nothing.
export function createPrint(plot, seen) {
	const root = document.documentElement;
	let scheme;

	addEventListener("beforeprint", () => {
		const view = seen();
		if (!view)
			return;
		fill(byId("printed"), facts(view).flatMap(([what, text]) =>
			[el("dt", {}, what), el("dd", {}, text)]));
		scheme = root.dataset.theme;
		root.dataset.theme = "light";
		plot.redraw({ width: WIDTH, height: HEIGHT });
	});
	addEventListener("afterprint", () => {
		if (!seen())
			return;
		if (scheme === undefined)
			delete root.dataset.theme;
		else
			root.dataset.theme = scheme;
		plot.redraw();
	});
}
