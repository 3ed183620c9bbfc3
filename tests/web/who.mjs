// Who really: jobs, units, containers, logins and commands on the page.

import { readFileSync } from "node:fs";
import { fail, names, open, same, texts } from "./browser.mjs";
import { RANGE, crumbs, path, settled, with_page } from "./person.mjs";

const json = async (url) => (await fetch(url)).json();

async function follow(page, name) {
	await page.locator("#rows").getByRole("link", { name, exact: true }).first()
		.click();
	await settled(page);
}

async function turn(page, tab) {
	await page.locator("#tabs").getByRole("button", { name: tab, exact: true })
		.click();
	await settled(page);
}

const rowsOf = (page) => page.locator("#rows tbody tr").evaluateAll((rows) =>
	rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));

export const who = {
	// Each key from its tab, and from there to others.
	async keys() {
		await with_page(`?${RANGE}`, async (page) => {
			await turn(page, "Commands");
			const found = await names(page);
			for (const wanted of ["nginx", "rsync", "python3.11", "unknown command"])
				if (!found.includes(wanted))
					fail("no command", wanted, "in", JSON.stringify(found));
			const first = await page.locator('tr[data-key="/usr/bin/rsync"] .name')
				.innerText();
			same(first.split(/\s+/), ["rsync", "/usr/bin"], "a command and its folder");
			const legend = await texts(page, "#legend .entry button");
			if (!legend.includes("rsync"))
				fail("the legend has", JSON.stringify(legend));
			await follow(page, "rsync");
			same(await path(page), "?from=-6h&command=/usr/bin/rsync", "its address");
			same([await crumbs(page), await names(page)],
				[["All users", "/usr/bin/rsync"], ["alice"]], "who runs rsync");
			await page.locator("#trail a").first().click();
			await settled(page);
			await turn(page, "Logins");
			await follow(page, "alice");
			same((await names(page)).sort(), ["apt", "firefox-esr", "rsync"],
				"commands of a login");
			await turn(page, "Users");
			same((await names(page)).sort(), ["alice", "root"], "users of a login");
			same((await crumbs(page)).at(-1), "login alice", "the login's name");
			await page.locator("#trail a").first().click();
			await settled(page);
			await turn(page, "Units and containers");
			await follow(page, "docker/0123456789ab");
			same(await names(page), ["postgres"], "users of a container");
			await turn(page, "Remote hosts");
			same(await names(page), ["192.0.2.44"], "remote hosts of a container");
			await turn(page, "Processes");
			same(await names(page), ["postgres"], "processes of a container");
			if (!/^Rate by process/.test(await page.locator("#chart-title").textContent()))
				fail("the chart is", await page.locator("#chart-title").textContent());
		});
	},

	async jobs() {
		await with_page(`?${RANGE}`, async (page, web) => {
			await turn(page, "Jobs");
			same(await path(page), "?from=-6h&view=jobs", "the address");
			const { rows } = await json(`${web.base}/api/v1/jobs?from=-6h&to=now`);
			const shown = await rowsOf(page);
			same(shown.map(([job, user, host]) => [job, user.split(/\s+/)[0], host]),
				rows.map(({ job, user, host }) => [job, user, host]), "jobs");
			same(new Set(rows.map((r) => r.job)).size, 3, "how many jobs");
			await page.locator('[data-sort="first"]').click();
			await settled(page);
			const by = (list) => list.map((r) => `${r.job} ${r.uid}`);
			same((await page.locator("#rows tbody tr").evaluateAll((all) =>
				all.map((tr) => tr.dataset.key))).map((key) =>
				key.split(" ").slice(0, 2).join(" ")),
			by([...rows].sort((a, b) => Number(b.first_ns - a.first_ns) ||
				a.job.localeCompare(b.job) || a.uid - b.uid)), "the latest first");
			await page.locator("#search").fill("4712");
			await settled(page);
			same((await rowsOf(page)).map(([job]) => job),
				["slurm/4712", "slurm/4712"], "found");
			await follow(page, "slurm/4712");
			same(await crumbs(page), ["All users", "slurm/4712"], "trail");
			same((await names(page)).filter((n) => !n.includes(".")).sort(),
				["dave", "grace"], "its users");
			const note = await page.locator("#filtered span").first().textContent();
			const sum = (way) => rows.filter((r) => r.job === "slurm/4712")
				.reduce((n, r) => n + r[way], 0);
			if (!note.startsWith("slurm/4712: 2 users on 1 host, ") ||
				!note.includes(`${(sum("in") / 2 ** 30).toFixed(1)} GiB in, `))
				fail("the job has", note, String(sum("in")));
			await page.reload();
			await settled(page);
			same((await crumbs(page)).at(-1), "slurm/4712", "after a reload");
			same(await page.locator("#chart-note").textContent(),
				"each step 2 min · not of this job alone", "what the chart is of");
			await follow(page, "dave");
			const dave = rows.find((r) => r.user === "dave" && r.job === "slurm/4712");
			same(await path(page), `?from=${dave.first_ns.slice(0, 10)}&` +
				`to=${Number(dave.last_ns.slice(0, 10)) + 60}&by=process&user=1003`,
			"what dave moved in that time");
			same(await names(page), ["curl"], "his processes");
		});
	},

	// Exports, a print, a user's own jobs, and what jobs are not narrowed by.
	async exports() {
		await with_page(`?${RANGE}&view=jobs`, async (page, web) => {
			const [file] = await Promise.all([page.waitForEvent("download"),
				page.locator("#csv").click()]);
			const said = readFileSync(await file.path(), "utf8").trim().split("\n");
			const { rows } = await json(`${web.base}/api/v1/jobs?from=-6h&to=now`);
			same(said.slice(1).map((line) => line.split(",").slice(0, 3)),
				rows.map((r) => [r.job, String(r.uid), r.user]), "CSV");
			await page.pdf();
			const facts = await page.locator("#printed").textContent();
			if (!facts.includes(`Tablejobs, ${rows.length} of ${rows.length} rows`))
				fail("the print says", facts);
			await open(page, `${web.base}/?${RANGE}&view=jobs&user=1003&process=x`);
			same((await rowsOf(page)).map(([job]) => job), ["slurm/4712"],
				"a user's jobs");
			same(await texts(page, "#filtered span"),
				["Jobs are known by user and host: not narrowed by process x."], "note");
			await follow(page, "dave");
			same(await crumbs(page), ["All users", "dave"], "without the process");
			await open(page, `${web.base}/?${RANGE}&view=jobs&by=day`);
			same((await rowsOf(page)).length, rows.length, "beside a time");
			await open(page, `${web.base}/?from=-10y&to=-9y&view=jobs`);
			same(await texts(page, ".empty strong"),
				["No traffic of jobs in these days"], "long ago");
			await page.getByRole("button", { name: "Show all of the history" }).click();
			await settled(page);
			same((await rowsOf(page)).length, rows.length, "all of them");
		});
	},

	async named() {
		await with_page(`?${RANGE}&view=jobs`, async (page) => {
			const wanted = JSON.parse(readFileSync(process.env.NAMES, "utf8"));
			same((await rowsOf(page)).map(([job]) => job), wanted, "jobs as text");
			same(await page.evaluate(() => document.querySelectorAll(
				"main img, main script, main b").length), 0, "elements from names");
			for (const name of wanted) {
				await follow(page, name);
				same((await crumbs(page)).at(-1), name, "trail");
				same((await rowsOf(page)).length, 1, `rows of ${name}`);
				await page.goBack();
				await settled(page);
			}
			await turn(page, "Commands");
			same(await names(page), ["<b>x"], "a command");
		});
	},
};
