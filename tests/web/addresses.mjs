// What addresses ask of the page, and what it asks of its server.

import { readdirSync, readFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { browse, fail, names, open, same, texts } from "./browser.mjs";
import { RANGE, crumbs, path, press, settled, with_page } from "./person.mjs";
import { serve } from "./programs.mjs";

const db = process.argv[3];

// What the browser itself says of a refusal that is wanted.
function forgive(troubles) {
	troubles.splice(0, troubles.length, ...troubles.filter((t) =>
		!/status of 400/.test(t)));
}

// A proxy that shows the server below /tm/ and nothing elsewhere.
function proxy(port, asked) {
	return new Promise((resolve) => {
		const server = createServer((from, to) => {
			asked.push(from.url);
			if (!from.url.startsWith("/tm/"))
				return to.writeHead(404).end();
			const onward = request({ port, host: "127.0.0.1",
				path: from.url.slice(3), headers: from.headers }, (answer) => {
				to.writeHead(answer.statusCode, answer.headers);
				answer.pipe(to);
			});
			onward.on("error", () => to.destroy());
			to.on("close", () => onward.destroy());
			onward.end();
		}).listen(0, "127.0.0.1", () => resolve(server));
	});
}

export const addresses = {
	async unknown() {
		await with_page("", async (page, web, context, troubles) => {
			const refused = {
				"by=port": /by=port “port” is not in the history, which has user,/,
				"by=unit": /by=unit “unit” is written by=workload/,
				"by=user,job": /by=user,job “job” is written view=jobs/,
				"colour=red": /colour=red is no key of this page’s addresses/,
				"user=nosuch": /user=nosuch : user has to be .* in the history/,
				"from=2026-11-31": /from=2026-11-31 : from: column 9: November 2026/,
				"range=6": /range=6 : from: .*unit/,
				"from=-1h&from=-2h": /from=-2h is there twice/,
				"page=0": /page=0 is not a number from 1 to/,
				"sort=colour": /sort=colour is not total, in,/,
				"view=maps": /view=maps is not table, jobs or quotas/,
				"view=table&job=4712": /job=4712 is of the view jobs/,
				"from=now&to=-1h": /from has to be before to/,
				"pin=nosuch": /pin=nosuch : user has to be .* in the history/,
				"from=99999999999999": /from=99999999999999 : from: column 1: 14 digits: seconds/,
				"page=99": /page=99 is after the last page, which is 1\./,
				"loopback=yes": /loopback=yes is not no/,
				"from=@99999999999999": /from: column 1: after 2554/,
			};
			for (const [query, wanted] of Object.entries(refused)) {
				await open(page, `${web.base}/?${query}`);
				const said = await page.locator("#message").innerText();
				if (!wanted.test(said.replace(/\s+/g, " ")))
					fail(query, "is answered by", said);
				for (const hidden of ["#rows", "#chart", "#tiles", "#feed"])
					same(await page.locator(hidden).isVisible(), false,
						`${query}: ${hidden}`);
			}
			await open(page, `${web.base}/?${RANGE}&colour=red&by=interface`);
			await page.getByRole("link", { name: "Show it without this" }).click();
			await settled(page);
			same(await path(page), `?${RANGE}&by=interface`, "without it");
			same(await names(page), ["eth0"], "interfaces");
			await open(page, `${web.base}/?range=365d&by=direction`);
			same(await names(page), ["in", "out"].sort((a, b) => b.localeCompare(a)),
				"directions");
			await open(page, `${web.base}/?${RANGE}&process=nosuch&by=remote`);
			same(await texts(page, ".empty strong"),
				["No traffic of process nosuch in this range"], "no such process");
			forgive(troubles);
		});
	},

	async words() {
		const day = (ago) => new Date(Date.now() - ago * 864e5).toISOString().slice(0, 10);
		await with_page("?from=yesterday&to=today", async (page, web, context, troubles) => {
			const period = () => page.locator("#period").textContent();
			const yesterday = [day(1), day(0)];
			// The history begins in yesterday.
			if (!(await period()).endsWith(` – ${yesterday[1]} 00:00`))
				fail("yesterday is", await period());
			same(await page.locator("#live").getAttribute("aria-pressed"), "false",
				"yesterday goes on");
			await page.getByRole("button", { name: "Today", exact: true }).first().click();
			await settled(page);
			same(await path(page), "?from=today", "today");
			if (!(await period()).startsWith(`${day(0)} 00:00 – `))
				fail("today is", await period());
			await press(page, "[");
			same(await path(page), "?from=yesterday&to=today", "before today");
			await press(page, "[");
			same(await path(page), `?from=${day(2)}&to=${day(1)}`, "the day before");
			await press(page, "]");
			same(await path(page), `?from=${day(1)}&to=${day(0)}`, "the day after");
			const moments = [day(1), day(0)].map((date) => Date.parse(date) / 1000);
			for (const digits of ["", "000000000"]) {
				await open(page, `${web.base}/?` + ["from", "to"].map((key, i) =>
					`${key}=${moments[i]}${digits}`).join("&"));
				if (!(await period()).endsWith(` – ${yesterday[1]} 00:00`))
					fail(`a time with ${digits.length} more digits is`, await period());
			}
			await open(page, `${web.base}/?from=2026-03&to=2026-05`);
			await press(page, "[");
			same(await path(page), "?from=2026-01-01&to=2026-03-01", "two months before");
			await open(page, `${web.base}/?from=last month&to=this month`);
			const [from, to] = (await period()).split(" – ");
			if (!/-01 00:00$/.test(from) || !/-01 00:00$/.test(to))
				fail("last month is", from, to);
			await page.locator("#period").click();
			same(await page.locator('[name="from"]').inputValue(), "last month", "typed");
			await page.locator('[name="from"]').fill("2026-11-31");
			await page.keyboard.press("Enter");
			await page.locator("#custom-error:not(:empty)").waitFor();
			same(await page.locator("#custom-error").textContent(),
				"from: column 9: November 2026 has 30 days.", "a bad date");
			forgive(troubles);
			await page.locator('[name="from"]').fill("yesterday 23:30");
			await page.locator('[name="to"]').fill("now");
			await page.keyboard.press("Enter");
			await settled(page);
			same(await path(page), "?from=yesterday%2023:30", "words in the address");
			if (!(await period()).startsWith(`${day(1)} 23:30 – `))
				fail("yesterday 23:30 is", await period());
		});
	},

	async once() {
		const web = await serve(db);
		await browse(web.base, {}, async (page) => {
			const asked = [];
			page.on("request", (r) => asked.push(r.url()));
			await open(page, `${web.base}/?${RANGE}`);
			await page.locator('#feed[data-state="stale"]').waitFor();
			await settled(page);
			const files = readdirSync(process.env.PAGE)
				.filter((name) => /\.(js|css|svg)$/.test(name))
				.concat("facets.js").map((name) => `/${name}`);
			const api = ["live", "rows", "series", "status", "summary"]
				.map((name) => `/api/v1/${name}`);
			same(new Set(asked).size, asked.length, `twice: ${asked}`);
			// Rows also of what was lost when; files in the folder of their version.
			const paths = asked.map((url) => new URL(url).pathname
				.replace(/^\/v\d+\//, "/")).sort();
			same(paths, ["/", ...files, ...api, "/api/v1/rows"].sort(), "what was asked");
			const html = readFileSync(`${process.env.PAGE}/index.html`, "utf8");
			const sources = [...html.matchAll(/(?:href|src)="([^"]+\.js)"/g)]
				.map(([, name]) => `/${name}`).sort();
			same(sources, files.filter((name) => name.endsWith(".js")).sort(),
				"modules in one wave");
		});
		await web.stop();
	},

	async proxied() {
		const web = await serve(db, 0, ["--host", "127.0.0.1"]), asked = [];
		const server = await proxy(web.port, asked);
		const base = `http://127.0.0.1:${server.address().port}`;
		await browse(base, {}, async (page) => {
			await open(page, `${base}/tm/?${RANGE}`);
			await page.locator('#feed[data-state="stale"]').waitFor();
			await page.locator("#rows").getByRole("link", { name: "alice" }).click();
			await settled(page);
			same(await crumbs(page), ["All users", "alice"], "below a path");
			const [file] = await Promise.all([page.waitForEvent("download"),
				page.locator("#csv").click()]);
			if (!/^time|^process/m.test(readFileSync(await file.path(), "utf8")))
				fail("no CSV below a path");
			await page.locator("#home").click();
			await settled(page);
			same(new URL(page.url()).pathname, "/tm/", "home");
			same(asked.filter((url) => !url.startsWith("/tm/")), [], "beside the path");
		});
		server.closeAllConnections();
		server.close();
		await web.stop();
	},

	async zone() {
		await with_page("", async (page, web, context) => {
			// Every text that the badge and the range have had.
			await context.addInitScript(() => {
				const said = window.said = new Set();
				new MutationObserver(() => ["feed", "period"].forEach((id) =>
					said.add(document.getElementById(id)?.textContent)))
					.observe(document, { childList: true, subtree: true,
						characterData: true });
			});
			// The feed answers before the question of what the range means.
			await page.route("**/api/v1/status?*", async (route) => {
				await page.locator('#feed[data-state="stale"]').waitFor();
				await route.continue();
			});
			await open(page, `${web.base}/?from=1682892000&to=1682978400`);
			await page.locator("#feed", { hasText: "since" }).waitFor();
			same(await page.evaluate(() => [...window.said].filter(Boolean).sort()),
				["2023-05-01 00:00 – 2023-05-02 00:00", "Stale",
					"Stale since 2023-05-01 12:01:59", "… – …"],
				"what stood there");
			await page.unroute("**/api/v1/status?*");
			await open(page, `${web.base}/?from=@1682892000&to=@1682978400`);
			same(await page.locator("#period").textContent(),
				"2023-05-01 00:00 – 2023-05-02 00:00", "a day of the history");
			const foot = await page.locator("#foot").textContent();
			if (!/times in Europe\/Berlin, the history’s zone; yours is America\/New_York/.test(foot))
				fail("the foot says", foot);
		}, { timezoneId: "America/New_York" });
	},
};
