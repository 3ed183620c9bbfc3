// node page.mjs SCENARIO DATABASE: one thing that a person does on the page,
// and what has to come of it.

import { readFileSync } from "node:fs";
import { addresses } from "./addresses.mjs";
import { accessible, browse, fail, inTime, names, open, ready, same, texts } from "./browser.mjs";
import { RANGE, crumbs, lately, message, path, press, read, settled, sleep, with_page } from
	"./person.mjs";
import { feed, output, serve } from "./programs.mjs";
import { views } from "./views.mjs";
import { who } from "./who.mjs";

const [, , scenario, db] = process.argv;
// On the page: how far what is drawn below the chart goes beyond its end, how
// wide a label is, and the room for it; all in the canvas's pixels.
function lastLabel() {
	const canvas = document.querySelector("#chart canvas");
	const pen = canvas.getContext("2d"), scale = devicePixelRatio;
	const box = canvas.getBoundingClientRect();
	const plot = document.querySelector("#chart .u-over").getBoundingClientRect();
	const end = Math.round((plot.right - box.left) * scale);
	const top = Math.ceil((plot.bottom - box.top) * scale) + 2;
	const { data, width, height } = pen.getImageData(0, top, canvas.width,
		canvas.height - top);
	let last = 0;
	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++)
			if (data[(y * width + x) * 4 + 3] > 0)
				last = Math.max(last, x);
	const unit = parseFloat(getComputedStyle(document.documentElement).fontSize);
	pen.font = `${1.1 * unit * scale}px ${getComputedStyle(canvas).fontFamily}`;
	const label = pen.measureText(canvas.clientWidth < 560 ? "00:00" : "00:00:00");
	return [last - end, last, label.width, width - 2];
}

const scenarios = {
	async overview() {
		await with_page(`?${RANGE}`, async (page, web) => {
			const url = `${web.base}/api/v1/rows?by=user&from=-6h&to=now`;
			const { rows } = await (await fetch(url)).json();
			same(await names(page), rows.map((r) => r.user ?? "none"), "users");
			same(await texts(page, "#legend button"), [...rows.slice(0, 7)
				.map((r) => r.user), "the rest"], "legend");
			const totals = await page.locator("#totals").textContent();
			for (const part of ["Metered", "60.0 KiB lost their details", "unowned",
				"unattributed", "Mbit/s average"])
				if (!totals.includes(part))
					fail("totals do not tell", part, totals);
			const legend = await page.locator("#legend").textContent();
			if (!/not metered/.test(legend) || /lost/.test(legend))
				fail("the legend has no gap, or a loss of nearly nothing:", legend);
			const painted = await page.locator("#chart canvas").evaluate((c) =>
				new Set(new Uint32Array(c.getContext("2d").getImageData(0, 0,
					c.width, c.height).data.buffer)).size);
			if (painted < 20)
				fail("the chart has only", painted, "colours");
			await open(page, `${web.base}/?${RANGE}&by=remote`);
			const hosts = await page.locator("main").textContent();
			if (!hosts.includes("60.0 KiB lost their details (< 0.1 %)"))
				fail("the hosts do not tell what was lost", hosts);
		});
	},

	// The feed has stopped ten minutes ago.
	async gap() {
		await with_page("?range=15m", async (page) => {
			await page.locator('#feed[data-state="stale"]').waitFor();
			await lately(page, 900);
			const legend = await page.locator("#legend").textContent();
			if (!legend.includes("not metered"))
				fail("no gap in the legend:", legend);
			const last = await read(page, "End");
			if (!/, [89](\.\d)? min: not metered$/.test(last))
				fail("the end is", last);
			if (!/: \S+ in /.test(await read(page, "ArrowLeft")))
				fail("nothing before the gap:", await read(page, "ArrowLeft"));
			const box = await page.locator("#chart .u-over").boundingBox();
			await page.mouse.move(box.x + box.width * 0.9, box.y + 20);
			same(await page.locator(".readout").textContent().then((text) =>
				/Nothing was metered here/.test(text)), true, "the read-out");
			const [, share] = /Metered(\d+)\.\d %/.exec(
				await page.locator("#totals").textContent());
			if (share < 30 || share > 40)
				fail(share, "% of 15 minutes are metered");
		});
	},

	async recording() {
		await with_page("", async (page) => {
			const year = String(new Date().getFullYear());
			const period = () => page.locator("#period").textContent();
			await lately(page, 3600);
			await press(page, "-");
			await lately(page, 7200);
			await press(page, "l", "l", "[", "[");
			if (!(await period()).includes(year) || await message(page))
				fail("earlier is", await period(), await message(page));
			await press(page, "l");
			same(await texts(page, ".empty strong"), ["No traffic in this range"], "now");
			const time = (ago) => new Date(Math.floor(Date.now() / 1000 - ago) * 1000)
				.toISOString().slice(0, 13).replace("T", " ");
			const [covers] = await texts(page, ".empty > span");
			if (!covers.startsWith(`The history covers ${time(9600)}`))
				fail("an empty range says", covers);
			await page.getByRole("button", { name: "Show all of it" }).click();
			await settled(page);
			if (!(await names(page)).includes("alice") ||
				!covers.includes(await period()))
				fail("all of it is", await period(), "of", covers);
			await page.goBack();
			await settled(page);
			await page.getByRole("button", { name: "Show the last there is" }).click();
			await settled(page);
			if (!(await names(page)).includes("alice"))
				fail("the last there is:", await names(page));
			await open(page, new URL("?from=@0&to=@7200", page.url()).href);
			await press(page, "[");
			same(await path(page), "?from=@0&to=@7200", "before all time");
			same(await texts(page, "#message:not([hidden])"), [], "messages");
		});
	},

	async empty() {
		await with_page("?range=5m", async (page) => {
			await lately(page, 300);
			same(await texts(page, ".empty strong"),
				["Nothing has been metered yet"], "an empty history");
			same(await page.locator("#chart-note").textContent(),
				"nothing was metered", "its chart");
			await page.locator('#feed[data-state="empty"]').waitFor();
			await press(page, "[", "-");
			const said = await page.locator("body").innerText();
			if (/19[67]\d/.test(said) || await message(page))
				fail("an empty history has", said);
			await press(page, "l");
			const capture = await feed(db);
			capture.say('{"uid":7007,"bytes":900,"packets":1,"direction":"in",' +
				'"source":"198.51.100.7","destination":"192.0.2.10",' +
				`"time_ns":${Date.now()}000000}\n`);
			await page.locator('tr[data-key="7007"]').waitFor();
			await capture.end();
		});
	},

	// 33 hours, asked for as years.
	async years() {
		await with_page("?range=7d", async (page, web) => {
			const steps = [];
			for (const range of ["7d", "1y", "5y"]) {
				await open(page, `${web.base}/?range=${range}`);
				const from = /^(.*?) \u2013/.exec(
					await page.locator("#period").textContent())[1];
				const hours = (Date.now() - Date.parse(`${from}Z`)) / 36e5;
				if (hours < 33 || hours > 34)
					fail(range, "begins", hours, "hours ago");
				const totals = await page.locator("#totals").textContent();
				if (!/Metered9[89]\.\d %1\.4 d of this range/.test(totals))
					fail(range, "has", totals);
				steps.push(await page.locator("#chart-note").textContent());
			}
			same(steps, Array(3).fill("each step 15 min"), "steps");
		});
	},

	async axis() {
		const end = Math.floor(Date.now() / 3600e3) * 3600;
		await with_page("", async (page, web) => {
			for (const [width, height] of [[360, 740], [1280, 900], [3840, 2000]]) {
				await page.setViewportSize({ width, height });
				await open(page, `${web.base}/?from=${end - 300}&to=${end}`);
				const [over, drawn, label, room] = await page.evaluate(lastLabel);
				if (over < label / 2 - 4 || drawn > room)
					fail(`at ${width}: ${over} of ${label / 2} pixels of the last`,
						"label are beyond the end, and there is room for", room);
			}
		});
	},

	async live() {
		const capture = await feed(db);
		const web = await serve(db);
		await browse(web.base, {}, async (page) => {
			await open(page, `${web.base}/?range=5m`);
			await page.locator('#feed[data-state="live"]').waitFor();
			const slow = [];
			for (let uid = 7000; uid < 7005; uid++) {
				await sleep(300 + uid % 7 * 90);
				const at = Date.now();
				capture.say(`{"uid":${uid},"bytes":5000,"packets":4,"direction":"out",` +
					'"source":"192.0.2.10","destination":"198.51.100.7","protocol":6,' +
					`"time_ns":${at}000000}\n`);
				await page.locator(`tr[data-key="${uid}"]`).waitFor();
				slow.push(Date.now() - at);
			}
			console.log(`rows were there after ${slow} ms`);
			inTime(Math.max(...slow), 2000, "a row");
			await lately(page, 300);
			const said = await read(page, "End");
			if (!/: \S+ in /.test(said))
				fail("now is", said);
		});
		await capture.end();
		await web.stop();
	},

	async packet() {
		const web = await serve(db);
		await browse(web.base, {}, async (page) => {
			await open(page, `${web.base}/?range=5m`);
			await page.locator('#feed[data-state="live"]').waitFor();
			const at = Date.now();
			output("sh", "-c", process.env.SEND);
			await page.locator(`tr[data-key="${process.env.SENDER}"]`).waitFor();
			const took = Date.now() - at;
			console.log(`the row was there after ${took} ms`);
			inTime(took, 2000, "the row");
		});
		await web.stop();
	},

	async restart() {
		const capture = await feed(db);
		let web = await serve(db);
		await browse(web.base, {}, async (page, troubles) => {
			const badge = (name) => page.locator(`#feed[data-state="${name}"]`)
				.waitFor();
			await open(page, `${web.base}/?range=5m`);
			await badge("live");
			capture.pause();
			await badge("stale");
			if (!/^Stale since /.test(await page.locator("#feed").textContent()))
				fail("the badge does not say since when");
			await web.stop();
			await badge("away");
			capture.go();
			capture.say('{"uid":7777,"bytes":900,"packets":1,"direction":"in",' +
				'"source":"198.51.100.7","destination":"192.0.2.10",' +
				`"time_ns":${Date.now()}000000}\n`);
			await sleep(1500);
			web = await serve(db, web.port);
			await badge("live");
			await page.locator('tr[data-key="7777"]').waitFor();
			// What the browser itself says about a server that is away.
			const own = troubles.filter((t) => /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/.test(t));
			troubles.splice(0, troubles.length, ...troubles.filter((t) => !own.includes(t)));
			if (!(await page.locator("#message").isHidden()))
				fail("the message stays");
		});
		await capture.end();
		await web.stop();
	},

	async keyboard() {
		await with_page(`?${RANGE}`, async (page) => {
			const all = await names(page);
			await press(page, "/");
			await page.keyboard.type("al");
			await settled(page);
			same(await names(page), ["alice"], "found by al");
			if (!/q=al/.test(await path(page)))
				fail("the search is not in the address");
			await press(page, "Escape");
			same(await names(page), all, "after Escape");
			const order = async () => page.locator('th:has([data-sort="in"])')
				.getAttribute("aria-sort");
			for (let i = 0; i < 60; i++) {
				if (await page.evaluate(() => document.activeElement.dataset.sort === "in"))
					break;
				await page.keyboard.press("Tab");
			}
			await press(page, "Enter");
			same(await order(), "descending", "sorted by in");
			const down = await names(page);
			await press(page, "Enter");
			same(await order(), "ascending", "sorted by in");
			same((await names(page)).reverse(), down, "the other way round");
			same(await page.evaluate(() => document.activeElement.dataset.sort),
				"in", "where the keyboard is");
			await press(page, "2");
			same(await page.locator("#tabs [aria-pressed=true]").textContent(),
				"Processes", "tab");
			await press(page, "1", "j", "j", "Enter");
			same((await crumbs(page)).length, 2, "levels");
			await press(page, "u");
			same(await crumbs(page), ["All users"], "up again");
			await press(page, "?");
			same(await page.locator("#keys").evaluate((d) => d.open), true, "help");
			await press(page, "Escape");
			await page.locator("#chart").focus();
			await press(page, "ArrowLeft", "ArrowLeft");
			const said = await page.locator("#chart-said").textContent();
			if (!/^\d{4}-\d\d-\d\d \d\d:\d\d.*: \S+ in /.test(said))
				fail("the chart does not read out:", said);
			await press(page, "+");
			if (!/from=\d+&to=\d+/.test(await path(page)))
				fail("plus does not zoom");
			await press(page, "l");
			same(await path(page), "?from=-6h", "l follows again");
		});
	},

	async drill() {
		await with_page(`?${RANGE}`, async (page) => {
			const into = async (name) => {
				await page.locator("#rows").getByRole("link", { name, exact: true }).click();
				await settled(page);
			};
			await into("alice");
			same(await names(page), ["rsync", "firefox", "sshd"], "processes of alice");
			await into("rsync");
			same(await names(page), ["198.51.100.20"], "hosts of rsync");
			await into("198.51.100.20");
			same(await names(page), ["tcp"], "protocols");
			const deep = ["All users", "alice", "rsync", "198.51.100.20"];
			same(await crumbs(page), deep, "trail");
			await page.reload();
			await ready(page);
			same(await crumbs(page), deep, "trail after a reload");
			await page.goBack();
			await settled(page);
			same(await crumbs(page), deep.slice(0, 3), "back");
			await page.locator("#trail a", { hasText: "alice" }).click();
			await settled(page);
			same(await crumbs(page), deep.slice(0, 2), "up by the trail");
			await page.goBack();
			await page.goBack();
			await settled(page);
			same(await crumbs(page), deep.slice(0, 2), "back again");
			await page.goForward();
			await settled(page);
			same(await crumbs(page), deep.slice(0, 3), "forward");
		});
	},

	async zoom() {
		await with_page(`?${RANGE}`, async (page) => {
			const box = await page.locator("#chart .u-over").boundingBox();
			const y = box.y + box.height / 2;
			await page.mouse.move(box.x + box.width * 0.25, y);
			await page.mouse.down();
			await page.mouse.move(box.x + box.width * 0.4, y, { steps: 5 });
			await page.mouse.move(box.x + box.width * 0.75, y, { steps: 5 });
			await page.mouse.up();
			await settled(page);
			const [, from, to] = /from=(\d+)&to=(\d+)/.exec(await path(page)) ??
				fail("a drag does not zoom");
			const hours = (to - from) / 3600;
			if (hours < 2.8 || hours > 3.4)
				fail("half of six hours is", hours);
			const readout = page.locator(".readout");
			await page.mouse.move(box.x + box.width / 3, y);
			await readout.waitFor();
			if (!/Mbit\/s/.test(await readout.textContent()))
				fail("no read-out:", await readout.textContent());
			await page.locator("#back").click();
			await settled(page);
			same(await path(page), "?from=-6h", "after zoom back");
			const [first] = await texts(page, "#legend button");
			await page.locator("#legend button").first().click();
			await settled(page);
			same(await page.locator("#legend button").first()
				.getAttribute("aria-pressed"), "false", `${first} in the chart`);
			await page.reload();
			await ready(page);
			same(await page.locator("#legend button").first()
				.getAttribute("aria-pressed"), "false", `${first} after a reload`);
			await page.getByRole("button", { name: "24h", exact: true }).click();
			await settled(page);
			if (!/from=-24h/.test(await path(page)))
				fail("the preset is not in the address");
			await page.locator("#period").click();
			await page.locator('[name="from"]').fill("2026-01-01T10:00");
			await page.locator('[name="to"]').fill("2026-01-01T12:00");
			await page.keyboard.press("Enter");
			await settled(page);
			same(await page.locator("#period").textContent(),
				"2026-01-01 10:00 – 12:00", "range");
			same(await texts(page, ".empty strong"), ["No traffic in this range"], "then");
		});
	},

	async small() {
		await with_page(`?${RANGE}`, async (page, web) => {
			same(await page.locator("#host").isVisible(), true, "whose traffic it is");
			for (const query of ["", "&by=process", "&by=remote", "&by=protocol",
				"&user=1000&by=process", "&q=nothing", "&view=quotas",
				"&by=interface", "&by=command", "&by=workload,login", "&view=jobs",
				"&job=slurm/4712", "&by=user,remote", "&columns=rates", "&chart=volume&compare=before"])
				for (const colorScheme of ["light", "dark"]) {
					await page.emulateMedia({ colorScheme });
					await open(page, `${web.base}/?${RANGE}${query}`);
					const wide = await page.evaluate(() => Math.max(
						document.documentElement.scrollWidth,
						document.getElementById("rows").scrollWidth));
					if (wide > 360)
						fail(`${query}: ${wide} pixels wide`);
					const low = await page.evaluate(() =>
						[...document.querySelectorAll("button, select, input")]
							.filter((e) => e.checkVisibility() && e.offsetHeight < 24)
							.map((e) => e.outerHTML));
					same(low, [], "too small to touch");
				}
		}, { viewport: { width: 360, height: 740 } });
	},

	async themes() {
		await with_page(`?${RANGE}`, async (page) => {
			const light = () => page.evaluate(() => {
				const [r, g, b] = getComputedStyle(document.body).backgroundColor
					.match(/\d+/g).map(Number);
				return r + g + b > 384;
			});
			const pixel = () => page.locator("#chart canvas").evaluate((c) =>
				c.toDataURL().length);
			same(await light(), true, "light at first");
			const before = await pixel();
			await page.emulateMedia({ colorScheme: "dark" });
			same(await light(), false, "light when the system is dark");
			for (let i = 0; await pixel() === before; i++) {
				if (i === 100)
					fail("the chart keeps its colours");
				await sleep(100);
			}
			await press(page, "t");
			same(await light(), true, "light when chosen");
			await page.reload();
			await ready(page);
			same(await light(), true, "light after a reload");
			await press(page, "t", "t");
			same(await light(), false, "the system's again");
		});
	},

	async axe() {
		await with_page(`?${RANGE}`, async (page, web) => {
			const views = [RANGE, `${RANGE}&by=process`, `${RANGE}&by=remote`,
				`${RANGE}&user=1000&by=process`, `${RANGE}&q=nothing`,
				`${RANGE}&q=al`, "from=@1000&to=@5000&sort=name", "by=port&colour=red",
				`${RANGE}&view=quotas`, `${RANGE}&by=user,remote&rows=100`,
				"from=yesterday&to=now&chart=volume&compare=before",
				`${RANGE}&by=interface`, `${RANGE}&pin=1007&by=user,day`,
				`${RANGE}&columns=rates`, `${RANGE}&by=command`, `${RANGE}&by=login`,
				`${RANGE}&view=jobs`, `${RANGE}&job=slurm/4712&process=x`,
				`${RANGE}&view=jobs&q=nothing`];
			for (const colorScheme of ["light", "dark"]) {
				await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
				for (const query of views) {
					await open(page, `${web.base}/?${query}`);
					await accessible(page, `${colorScheme} ${query}`);
				}
				await open(page, `${web.base}/?${RANGE}`);
				await page.locator("#chart").hover();
				await page.locator(".readout").waitFor();
				await accessible(page, `${colorScheme} read-out`);
				await page.locator("#period").click();
				await accessible(page, `${colorScheme} from and to`);
				await page.keyboard.press("Escape");
				await press(page, "?");
				await accessible(page, `${colorScheme} keys`);
				await page.keyboard.press("Escape");
				await page.setViewportSize({ width: 360, height: 740 });
				await settled(page);
				await accessible(page, `${colorScheme} small`);
				await page.setViewportSize({ width: 1280, height: 900 });
			}
		});
	},

	async hostile() {
		await with_page("?range=1h&by=process", async (page) => {
			const wanted = JSON.parse(readFileSync(process.env.NAMES, "utf8"));
			const found = await names(page);
			for (const name of wanted)
				if (!found.includes(name))
					fail("not as text:", name, "in", JSON.stringify(found));
			const planted = await page.evaluate(() =>
				document.querySelectorAll("main img, main script, main b").length +
				(window.harmed ?? 0));
			same(planted, 0, "elements from names");
			for (const name of wanted) {
				await page.locator("#rows a").filter({ hasText: name }).first().click();
				await settled(page);
				same((await crumbs(page)).at(-1), name, "trail");
				same((await texts(page, "#rows tbody th")).length, 1, `hosts of ${name}`);
				await page.reload();
				await ready(page);
				same((await crumbs(page)).at(-1), name, "trail after a reload");
				await page.goBack();
				await settled(page);
			}
		});
	},

	async pages() {
		await with_page("?range=1h&by=remote&sort=name", async (page) => {
			const shown = () => page.locator("#pages span").textContent();
			same(await shown(), "1–25 of 63", "first page");
			const [first] = await names(page);
			await page.getByRole("button", { name: "Next" }).focus();
			await press(page, "Enter", "Enter");
			same(await shown(), "51–63 of 63", "last page");
			same((await names(page)).length, 13, "its rows");
			await page.goBack();
			await page.goBack();
			await settled(page);
			same((await names(page))[0], first, "back at the first");
		});
	},

	async csv() {
		await with_page("", async (page, web) => {
			const { rows } = await (await fetch(
				`${web.base}/api/v1/rows?by=user&from=-6h&to=now`)).json();
			const { uid } = rows.find((r) => r.user === "alice");
			const to = Math.floor(Date.now() / 3600e3) * 3600, from = to - 4 * 3600;
			const ends = ["--from", String(from), "--to", String(to)];
			const views = {
				"by=user": ["--by", "user"],
				"by=remote&sort=-in": ["--by", "remote", "--sort", "in"],
				[`by=process&user=${uid}`]: ["--by", "process", "--user", String(uid)],
			};
			for (const [query, options] of Object.entries(views)) {
				await open(page, `${web.base}/?from=${from}&to=${to}&${query}`);
				const [download] = await Promise.all([page.waitForEvent("download"),
					page.locator("#csv").click()]);
				const said = readFileSync(await download.path());
				const wanted = output("tm-store", "query", "--db", db,
					"--output", "csv", ...ends, ...options);
				if (!said.equals(wanted))
					fail(query, "\n", said.toString(), "is not\n", wanted.toString());
				if (said.toString().split("\n").length < 4)
					fail("hardly anything to compare:", said.toString());
				const [json] = await Promise.all([page.waitForEvent("download"),
					page.locator("#json").click()]);
				const parsed = JSON.parse(readFileSync(await json.path()));
				same(parsed.rows.length, said.toString().trim().split("\n").length - 1,
					"rows of JSON");
			}
		});
	},

	// The first page of a large history: from the address to the table.
	async speed() {
		const web = await serve(db);
		await browse(web.base, {}, async (page) => {
			const took = [];
			for (let i = 0; i < 5; i++) {
				const start = Date.now();
				await open(page, `${web.base}/?${process.env.VIEW ?? "range=30d"}`);
				took.push(Date.now() - start);
			}
			console.log(`the page was there after ${took} ms`);
			inTime(Math.max(...took), 1000, "the first page");
		});
		await web.stop();
	},
};

const all = { ...scenarios, ...addresses, ...views, ...who };
if (!(scenario in all))
	fail("scenarios:", Object.keys(all).join(" "));
await all[scenario]();
