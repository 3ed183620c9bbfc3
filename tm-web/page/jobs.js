// Jobs of batch systems: the table of all of them, and what one is made of. The
// history has them by day, user and host, not by what they talked to.

import { byId, el, fill } from "./dom.js";
import { count, duration, size, span, time, visible } from "./format.js";
import { heading, plain } from "./heading.js";
import { nameOf } from "./names.js";

const moment = (ns) => Number(ns) / 1e9;

// Jobs that the history had no room for have no name.
function jobCell({ job }, { link }) {
	const name = job === null ? "many small ones" : visible(job);
	return el("th.name", { scope: "row" }, el("div", {}, job === null ?
		el("span.text", {}, name) : el("a", { href: link(job), title: name },
			name)));
}

// A user leads to what that one moved in the time of the job.
function userCell(row, { job, visit }) {
	const name = nameOf("user", row);
	return el(job === null ? "td.name" : "th.name", { scope: job === null ?
		null : "row" }, el("div", {}, el("a", { href: visit(row),
		title: `${name} in that time` }, name), row.user === null ? null :
		el("small", {}, String(row.uid))));
}

// Where, or at how many places.
function placeOf({ host, hosts }) {
	if (host === null)
		return hosts > 1 ? `${count(hosts)} hosts` : "others";
	return visible(host) || "unknown host";
}

function rowOf(row, view) {
	const [first, last] = [row.first_ns, row.last_ns].map(moment);
	const place = placeOf(row);
	return el("tr", { dataset: { key: [row.job, row.uid, row.host].join(" ") } },
		view.job === null ? jobCell(row, view) : null, userCell(row, view),
		el("td.spare.name.host", { title: place }, place),
		el("td.spare", { title: time(first, 1) }, time(first)),
		el("td.spare", { title: time(last, 1) }, time(last)),
		el("td.spare-2.muted", {}, duration(last - first)),
		el("td.way", {}, size(row.in)), el("td.way", {}, size(row.out)),
		el("td", {}, size(row.total)),
		el("td.spare-2", {}, count(row.packets)));
}

function head(view) {
	const sorting = (key, text, hint = "") => heading(key, text, hint, view);
	return el("tr", {}, view.job === null ? plain("Job", "name") : null,
		plain("User", "name"), plain("Host", "spare name host"),
		sorting("first", "First", "spare"), plain("Last", "spare"),
		plain("Span", "spare-2"),
		sorting("in", "In", "way"), sorting("out", "Out", "way"),
		sorting("total", "Total"), sorting("packets", "Packets", "spare-2"));
}

// What a job moved, with all its users and hosts.
function jobNote({ job, jobs }) {
	const { sums, rows, count: found, first_ns: first, last_ns: last } = jobs;
	const many = (key, one, more) => {
		const n = new Set(rows.map((row) => row[key])).size;
		return `${count(n)} ${n === 1 ? one : more}`;
	};
	const whose = found > rows.length ? "" :
		`${many("uid", "user", "users")} on ${many("host", "host", "hosts")}, `;
	return el("span", {}, el("strong", {}, visible(rows[0]?.job ?? job)), `: ${whose}` +
		`${span(moment(first), moment(last))}, ${size(sums.in)} in, ` +
		`${size(sums.out)} out`);
}

// What the table is of, where that is not all jobs of the range.
function drawNote({ q, job, jobs, ignored, onAll, onClear }) {
	const note = byId("filtered");
	const button = (text, onclick) => el("button.small", { type: "button",
		onclick }, text);
	const said = [job === null || jobs.count === 0 ? null : jobNote({ job, jobs }),
		q ? el("span", {}, `Only jobs with “${visible(q)}” in the name or the ` +
			`user’s: ${count(jobs.count)}.`) : null,
		ignored.length ? el("span", {}, "Jobs are known by user and host: not " +
			`narrowed by ${ignored.join(", ")}.`) : null].filter(Boolean);
	note.hidden = said.length === 0;
	fill(note, said, job !== null ? button("All jobs", onAll) :
		q ? button("Show all", onClear) : null);
}

function empty({ q, job, onWhole }) {
	const title = q ? "No job has that in its name or its user’s" :
		job !== null ? `No traffic of ${visible(job)} in these days` :
			"No traffic of jobs in these days";
	return el("div.empty", {}, el("strong", {}, title), el("span", {},
		"The jobs of Slurm and PBS are named, by their cgroups. Their sums are " +
		"by the day."),
	onWhole ? el("button.small", { type: "button", onclick: onWhole },
		"Show all of the history") : null);
}

// view: jobs, job, q, sort, ignored, link(job), visit(row), onSort, onAll, onClear,
// onWhole.
export function drawJobs(root, view) {
	drawNote(view);
	if (view.jobs.rows.length === 0) {
		fill(root, empty(view));
		return;
	}
	fill(root, el("table.jobs", {},
		el("caption.hidden", {}, view.job === null ? "Jobs by bytes" :
			`Users and hosts of ${visible(view.job)}`),
		el("thead", {}, head(view)),
		el("tbody", {}, view.jobs.rows.map((row) => rowOf(row, view)))));
}
