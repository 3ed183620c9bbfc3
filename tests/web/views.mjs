// What an administrator asks of the page in a meeting.

import { readFileSync } from "node:fs";
import { fail, names, open, ready, same, texts } from "./browser.mjs";
import { RANGE, crumbs, path, press, read, settled, with_page } from "./person.mjs";

const tile = (page, title) => page.locator(".tile").filter({
	has: page.locator("h2", { hasText: new RegExp(`^${title}$`) }) });
const json = async (url) => (await fetch(url)).json();

// Each key's colour and texture, in the legend and in the table.
function looks(page) {
	return page.evaluate(() => {
		const look = (dot) => dot.style.getPropertyValue("--tone") +
			dot.dataset.texture;
		const of = (selector, key) => [...document.querySelectorAll(selector)]
			.map((e) => [key(e), e.querySelector(".dot")])
			.filter(([, dot]) => dot?.dataset.texture !== undefined)
			.map(([name, dot]) => [name, look(dot)]);
		return { legend: Object.fromEntries(of("#legend .entry",
			(e) => e.textContent)), table: Object.fromEntries(
			of("#rows tbody tr", (e) => e.querySelector("a").textContent)) };
	});
}

export const views = {
	async attributed() {
		await with_page(`?${RANGE}`, async (page) => {
			same(await tile(page, "Attributed to a user").locator("strong")
				.textContent(), process.env.SHARE, "what is attributed");
		});
	},

	// Two users within the host, and what one of them sends elsewhere.
	async loopback() {
		await with_page(`?${RANGE}`, async (page) => {
			const figures = async () => [await tile(page, "In").locator("strong")
				.textContent(), await tile(page, "Out").locator("strong")
				.textContent(), await tile(page, "Metered").locator("p").last()
				.textContent()];
			same(await figures(), ["500 B", "600 B",
				"1000 B over loopback, counted at both ends; leave it out"], "at first");
			await page.getByRole("link", { name: "leave it out" }).click();
			await settled(page);
			same(await path(page), "?from=-6h&loopback=no", "the address");
			same(await figures(), ["0 B", "100 B", "without loopback; count it"],
				"without it");
			same(await names(page), ["1000"], "who sent elsewhere");
			const [file] = await Promise.all([page.waitForEvent("download"),
				page.locator("#csv").click()]);
			if (!/,100,/.test(readFileSync(await file.path(), "utf8")))
				fail("the CSV has", readFileSync(await file.path(), "utf8"));
			await page.getByRole("link", { name: "count it" }).click();
			await settled(page);
			same(await path(page), "?from=-6h", "counted again");
		});
	},

	async colours() {
		await with_page("?from=-1h", async (page, web) => {
			const first = {};
			for (const query of ["from=-1h", "from=-15m", "from=-6h&by=remote",
				"from=-24h", "from=-24h&pin=1007", "from=-5m", "from=-1h"]) {
				await open(page, `${web.base}/?${query}`);
				const { legend, table } = await looks(page);
				const all = Object.values(legend);
				same(new Set(all).size, all.length, `${query}: looks`);
				for (const [name, look] of Object.entries(legend)) {
					same(first[name] ??= look, look, `${query}: ${name}`);
					if (name in table)
						same(table[name], look, `${query}: ${name} in the table`);
				}
			}
			if (Object.keys(first).length < 12)
				fail("hardly anything was shown:", JSON.stringify(first));
		});
	},

	async filter() {
		await with_page(`?${RANGE}`, async (page) => {
			const seen = async () => [await tile(page, "In").textContent(),
				await tile(page, "Out").textContent(),
				await page.locator("#legend").textContent(),
				await page.locator('tr[data-key="1007"] output').textContent()];
			const before = await seen();
			await page.locator("#search").fill("heidi");
			await settled(page);
			same(await names(page), ["heidi"], "found");
			same(await seen(), before, "tiles, legend and share");
			const note = await page.locator("#filtered").textContent();
			if (!/^Only rows with “heidi” in the name: 1\. Tiles, chart and shares are of all users/.test(note))
				fail("the note is", note);
			same((await texts(page, "#rows tfoot th")).length, 1, "sums of the rows");
			await page.locator("#filtered button").click();
			await settled(page);
			same(await path(page), "?from=-6h", "without the filter");
			same(await page.locator("#filtered").isVisible(), false, "the note");
		});
	},

	async print() {
		await with_page(`?${RANGE}&user=1000&by=process`, async (page) => {
			const dark = await page.locator("#chart canvas").evaluate((c) => c.toDataURL());
			const pdf = await page.pdf();
			if (pdf.length < 20000)
				fail("a print of", pdf.length, "bytes");
			const facts = await page.locator("#printed").textContent();
			const today = new Date().toISOString().slice(0, 10);
			for (const part of ["Hostgate.example", "Traffic ofAll users › alice",
				"Tableprocesses, 3 of 3 rows", ` – `, `Printed${today}`, "UTC, by tm ",
				`/?${RANGE}&user=1000&by=process`])
				if (!facts.includes(part))
					fail("the print does not say", part, "but", facts);
			await page.emulateMedia({ media: "print" });
			same(await page.locator("#printed").isVisible(), true, "facts on paper");
			for (const hidden of ["header", "#period", ".exports", "#pages"])
				same(await page.locator(hidden).isVisible(), false, `${hidden} on paper`);
			for (const shown of ["#tiles", "#chart", "#rows"])
				same(await page.locator(shown).isVisible(), true, `${shown} on paper`);
			await page.emulateMedia({ media: "screen" });
			same(await page.evaluate(() => document.documentElement.dataset.theme ?? null),
				null, "the theme after a print");
			await settled(page);
			same(await page.locator("#chart canvas").evaluate((c) => c.toDataURL()),
				dark, "the chart after a print");
		}, { colorScheme: "dark" });
	},

	async quotas() {
		await with_page(`?${RANGE}`, async (page, web) => {
			const { quotas } = await json(`${web.base}/api/v1/quotas`);
			const by = (key) => [...quotas].sort((a, b) => b[key] - a[key])
				.map((q) => q.user);
			await tile(page, "Quotas").getByRole("link").click();
			await settled(page);
			same(await path(page), "?from=-6h&sort=-share&view=quotas", "the tile's");
			same(await names(page), by("share"), "by share");
			await page.locator('[data-sort="left"]').click();
			await settled(page);
			same(await names(page), by("left"), "by what is left");
			for (const width of [360, 1280, 3840]) {
				await page.setViewportSize({ width, height: 900 });
				const row = await page.locator("#rows tbody tr").first().innerText();
				if (!/%/.test(row) || (row.match(/[KMG]iB/g) ?? []).length < 2)
					fail(width, "pixels show", row);
			}
			same(await texts(page, "#rows .outlook[data-state='100']"), ["used up"],
				"who is over");
			await page.setViewportSize({ width: 360, height: 900 });
			await page.locator("#rows a").first().click();
			await settled(page);
			same((await crumbs(page)).length, 2, "a user's level");
			const bar = await tile(page, "Quota").textContent();
			if (!/ left, /.test(bar))
				fail("a user's quota is", bar);
			await open(page, `${web.base}/?${RANGE}`);
			same((await texts(page, "#rows .quota-note")).length, quotas.length,
				"shares beside names");
			same(await page.locator("#rows .quota-note").first().isVisible(), true,
				"on a telephone");
		});
	},

	async volume() {
		await with_page("?from=-24h", async (page, web) => {
			await press(page, "v");
			same(await page.locator("#chart-title").textContent(), "Volume by user",
				"the title");
			same(await page.locator("#chart-note").textContent(), "each bar 1 h", "bars");
			await page.locator("#chart").focus();
			await press(page, "End", "ArrowLeft", "ArrowLeft");
			const said = await page.locator("#chart-said").textContent();
			const [, hour, name, a, b] = /^(\S+ \S+), 1 h: (\S+) in (.*?), out (.*?);/
				.exec(said) ?? fail("a bar is", said);
			const from = Date.parse(`${hour}Z`) / 1000;
			const { rows } = await json(`${web.base}/api/v1/rows?by=user&` +
				`from=@${from}&to=@${from + 3600}`);
			const size = (n) => `${(n / 2 ** 30).toFixed(1)} GiB`;
			const mib = (n) => `${(n / 2 ** 20).toFixed(1)} MiB`;
			const row = rows[0];
			same([name, [size(row.in), mib(row.in)].includes(a),
				[size(row.out), mib(row.out)].includes(b)], [row.user, true, true], said);
		});
	},

	async pins() {
		await with_page(`?${RANGE}`, async (page, web) => {
			const last = await names(page).then((all) => all.at(-2));
			const legend = () => texts(page, "#legend .entry button:first-child");
			const before = await legend();
			if (before.includes(last))
				fail(last, "is in the legend already");
			await page.locator("#rows tbody tr").nth(-2).hover();
			await page.getByRole("button", { name: `Keep ${last} in the chart` }).click();
			await settled(page);
			same(await legend(), [...before.slice(0, 7), last, "the rest"], "legend");
			await page.reload();
			await ready(page);
			same(await legend(), [...before.slice(0, 7), last, "the rest"], "reloaded");
			await page.getByRole("button", { name: `Do not keep ${last}` }).click();
			await settled(page);
			same(await legend(), before, "let go");
			const to = Math.floor(Date.now() / 3600e3) * 3600, from = to - 7200;
			await open(page, `${web.base}/?from=${from}&to=${to}&pin=1007&pin=4242`);
			same((await legend()).slice(-3), ["heidi", "4242", "the rest"], "two pins");
			const { rows: [row] } = await json(`${web.base}/api/v1/rows?user=1007&` +
				`from=@${from}&to=@${from + 60}`);
			const rate = (n) => `${(n * 8 / 60 / 1e3).toFixed(1)} kbit/s`;
			const said = await read(page, "Home");
			if (!said.includes(`heidi in ${rate(row.in)}, out ${rate(row.out)}`))
				fail("the first bin has", said, "of", JSON.stringify(row));
		});
	},

	async alone() {
		await with_page(`?${RANGE}`, async (page) => {
			const pressed = () => page.locator("#legend .entry button[aria-pressed]")
				.evaluateAll((all) => all.map((b) => b.getAttribute("aria-pressed")));
			const third = page.locator("#legend .entry button").nth(2);
			const before = await pressed();
			await third.click({ modifiers: ["Shift"] });
			await settled(page);
			same(await pressed(), before.map((was, i) => String(i === 2)), "one alone");
			await page.reload();
			await ready(page);
			same(await pressed(), before.map((was, i) => String(i === 2)), "reloaded");
			await third.click({ modifiers: ["Shift"] });
			await settled(page);
			same(await pressed(), before, "all again");
			same(await path(page), "?from=-6h", "the address");
			const box = await page.locator("#chart .u-over").boundingBox();
			await page.mouse.dblclick(box.x + box.width / 2, box.y + 20);
			await settled(page);
			const [, from, to] = /from=(\d+)&to=(\d+)/.exec(await path(page)) ??
				fail("a double click leads to", await path(page));
			same(Math.round((to - from) / 360) / 10, 12, "hours after a double click");
		});
	},

	// Of a day, week, month or year that is not over.
	async pace() {
		const day = 86400, now = new Date(), year = now.getUTCFullYear();
		const of = (y, m, d) => Date.UTC(y, m, d) / 1000;
		const month = now.getUTCMonth(), date = now.getUTCDate();
		const monday = of(year, month, date) - (now.getUTCDay() + 6) % 7 * day;
		const periods = { today: [of(year, month, date), day, "day"],
			"this week": [monday, 7 * day, "week"],
			"this month": [of(year, month, 1), of(year, month + 1, 1) -
				of(year, month, 1), "month"],
			"this year": [of(year, 0, 1), of(year + 1, 0, 1) - of(year, 0, 1),
				"year"] };
		await with_page("", async (page, web) => {
			let told = 0;
			for (const [from, [begin, length, unit]] of Object.entries(periods)) {
				await open(page, `${web.base}/?from=${from}`);
				const said = (await tile(page, "In").textContent())
					.match(/[\d.]+ [KMGT]?i?B by the end of the \w+, at this pace/)?.[0];
				const at = Date.now() / 1000;
				if ((at - begin) / length < 0.1) {
					same(said, undefined, from);
					continue;
				}
				const all = await json(`${web.base}/api/v1/summary?from=${from}&to=now`);
				const wanted = all.in + all.in / all.covered_seconds *
					(begin + length - at);
				const [, number, prefix, what] = /^([\d.]+) (\w)iB by the end of the (\w+),/
					.exec(said) ?? fail(from, "says", said);
				const bytes = number * 1024 ** (" KMGT".indexOf(prefix));
				if (what !== unit || Math.abs(bytes / wanted - 1) > 0.01)
					fail(from, "says", said, "and not", String(wanted));
				told++;
			}
			if (told === 0)
				fail("no period has had a tenth of its time");
			await open(page, `${web.base}/?from=-1h`);
			if (/pace/.test(await tile(page, "In").textContent()))
				fail("the last hour has a pace");
		});
	},

	async split() {
		await with_page(`?${RANGE}`, async (page, web) => {
			await page.locator("#also").selectOption("remote");
			await settled(page);
			same(await path(page), "?from=-6h&by=user,remote", "the address");
			const { rows, count } = await json(
				`${web.base}/api/v1/rows?by=user,remote&from=-6h&to=now&limit=25`);
			same(await names(page), rows.flatMap((r) => [r.user, r.remote]), "rows");
			same((await page.locator("#pages span").textContent()).trim(),
				count > 25 ? `1–25 of ${count}` : `${count} in all`, "count");
			await page.locator("#rows tbody td.name a").first().click();
			await settled(page);
			same(await crumbs(page), ["All users", rows[0].remote], "a remote host's");
			await open(page, `${web.base}/?${RANGE}&by=user,hour&sort=name`);
			await page.locator("#rows tbody td.name a").first().click();
			await settled(page);
			if (!/from=\d+&to=\d+/.test(await path(page)))
				fail("an hour leads to", await path(page));
		});
	},

	async compared() {
		const to = Math.floor(Date.now() / 3600e3) * 3600, from = to - 7200;
		await with_page(`?from=${from}&to=${to}`, async (page, web) => {
			await press(page, "c");
			const rows = async (a, b) => (await json(`${web.base}/api/v1/rows?` +
				`by=user&from=@${a}&to=@${b}`)).rows;
			const before = await rows(from - 7200, from), now = await rows(from, to);
			const change = (n, was) => {
				const share = (n - was) * 100 / was, digits = Math.abs(share) < 10 ? 1 : 0;
				return `${share > 0 ? "+" : "−"}${Math.abs(share).toFixed(digits)} %`;
			};
			const wanted = now.map(({ uid, total }) => change(total,
				before.find((row) => row.uid === uid).total));
			same(await texts(page, "#rows tbody td.spare-2.muted + td"), wanted,
				"changes");
			const sum = (list, way) => list.reduce((n, row) => n + row[way], 0);
			for (const [title, way] of [["In", "in"], ["Out", "out"]])
				same(await tile(page, title).locator(".change").textContent(),
					change(sum(now, way), sum(before, way)), `change of ${title}`);
			const legend = await page.locator("#legend").textContent();
			const time = (at) => new Date(at * 1000).toISOString().slice(0, 16)
				.replace("T", " ");
			if (!legend.includes(`before: ${time(from - 7200)} – `))
				fail("the legend has", legend);
			await open(page, `${web.base}/?from=today&compare=before`);
			const day = new Date(Date.now() - 864e5).toISOString().slice(0, 10);
			if (!(await page.locator("#legend").textContent())
				.includes(`before: ${day} 00:00 – `))
				fail("today is compared with",
					await page.locator("#legend").textContent());
			await open(page, `${web.base}/?from=-30d&to=now&compare=before`);
			same(await texts(page, ".tile .change"), ["–", "–"], "nothing was before");
		});
	},

	async rates() {
		const to = Math.floor(Date.now() / 3600e3) * 3600, from = to - 7200;
		await with_page(`?from=${from}&to=${to}`, async (page, web) => {
			const all = await json(`${web.base}/api/v1/summary?from=@${from}&` +
				`to=@${to}&rates=yes`);
			const rate = (n) => `${(n * 8 / 1e6).toFixed(1)} Mbit/s`;
			for (const [title, way] of [["In", "in"], ["Out", "out"]])
				same(await tile(page, title).locator("p").allTextContents(),
					[`${rate(all[way] / all.covered_seconds)} average`,
						`${rate(all[`p95_${way}`])} 95th percentile`,
						`${rate(all[`peak_${way}`])} peak minute`], title);
			await page.locator("#columns").click();
			await settled(page);
			same(await path(page), `?from=${from}&to=${to}&columns=rates`, "rates");
			const { rows: [row] } = await json(`${web.base}/api/v1/rows?by=user&` +
				`from=@${from}&to=@${to}&rates=yes&limit=25`);
			const first = await page.locator("#rows tbody tr").first().innerText();
			for (const bytes of [row.total / all.covered_seconds, row.p95, row.peak])
				if (!first.includes(rate(bytes)))
					fail(row.user, "has", first, "and not", rate(bytes));
		});
	},

	// Half of all in one minute, and one packet in another.
	async losses() {
		await with_page("?from=-1h", async (page) => {
			const legend = await page.locator("#legend").textContent();
			if (!legend.includes("share that lost its details"))
				fail("the legend has no losses:", legend);
			const bad = await page.evaluate(() => {
				const canvas = document.querySelector("#chart canvas");
				const probe = document.createElement("i");
				probe.style.color = "var(--bad)";
				document.body.append(probe);
				const [r, g, b] = getComputedStyle(probe).color.match(/\d+/g).map(Number);
				const { data, width } = canvas.getContext("2d")
					.getImageData(0, 0, canvas.width, canvas.height);
				const columns = new Map();
				for (let i = 0; i < data.length; i += 4)
					if (data[i] === r && data[i + 1] === g && data[i + 2] === b)
						columns.set(i / 4 % width, (columns.get(i / 4 % width) ?? 0) + 1);
				return [[...columns.values()], canvas.height];
			});
			const [columns, height] = bad;
			if (columns.length === 0 || columns.length > 40 ||
				Math.max(...columns) < height * 0.3)
				fail("losses are painted as", JSON.stringify(bad));
		});
	},

	// Of the hour that was asked for only the day is left.
	async gone() {
		await with_page("?from=2023-05-01T11:00Z&to=2023-05-01T12:00Z",
			async (page) => {
				same(await page.locator("#period").textContent(),
					"2023-05-01 00:00 – 2023-05-02 00:00", "period");
				const said = await tile(page, "In").textContent();
				if (!said.includes("8 bit/s average"))
					fail("the average is", said);
			});
	},
};
