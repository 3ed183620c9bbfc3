// A real browser on tm-web's page, and everything that a test of it watches:
// what the console says, where requests go, what axe finds.

import { createRequire } from "node:module";
import { accessSync, constants, readFileSync } from "node:fs";
import { join } from "node:path";

const modules = createRequire(join(process.env.WEB_MODULES, "x.js"));
const { chromium } = modules("playwright-core");
const axe = readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");

function found(...names) {
	for (const name of names)
		for (const directory of process.env.PATH.split(":"))
			try {
				accessSync(join(directory, name), constants.X_OK);
				return join(directory, name);
			} catch {
				// not there
			}
	throw new Error(`none of ${names} is on PATH`);
}

export function fail(...said) {
	throw new Error(said.join(" "));
}

export function same(found, wanted, what) {
	const [a, b] = [found, wanted].map((v) => JSON.stringify(v));
	if (a !== b)
		fail(`${what}: ${a}, not ${b}`);
}

// Fails where something took longer, in ms. A machine that is busy with
// something else has as many times the limit as a second of work takes there.
export function inTime(took, limit, what) {
	if (took < limit)
		return;
	const begin = Date.now(), before = process.cpuUsage();
	while (process.cpuUsage(before).user < 1e6)
		;
	const slowness = (Date.now() - begin) / 1000;
	if (took >= limit * slowness)
		fail(`${what} took ${took} ms, ${slowness} times as slow as alone`);
}

// What Chromium does to all that is open when some interface of this host comes
// or goes, as in other tests.
const INTERRUPTED = /ERR_NETWORK_CHANGED/;

// Runs use(page, troubles) in a fresh browser; fails where the page wrote to
// the console, threw, or asked anyone but its own server.
export async function browse(base, options, use) {
	const browser = await chromium.launch({
		executablePath: found("chromium", "chromium-browser"),
		args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
	const troubles = [];
	try {
		const context = await browser.newContext({ viewport: { width: 1280,
			height: 900 }, colorScheme: "light", timezoneId: "UTC",
		acceptDownloads: true, ...options });
		const page = await context.newPage();
		page.setDefaultTimeout(60000);
		page.on("console", (m) => ["error", "warning"].includes(m.type()) &&
			!INTERRUPTED.test(m.text()) && troubles.push(`console: ${m.text()}`));
		page.on("pageerror", (e) => troubles.push(`thrown: ${e.stack}`));
		context.on("request", (r) => r.url().startsWith(base) ||
			troubles.push(`asked outside: ${r.url()}`));
		await use(page, troubles, context);
	} finally {
		await browser.close();
	}
	if (troubles.length)
		fail(troubles.join("\n"));
}

// Once the rows of the address are there and no question is open.
export async function ready(page) {
	await page.waitForFunction(() =>
		document.body.getAttribute("aria-busy") === "false" &&
		(document.querySelector("#rows table, #rows div.empty") ||
			!document.getElementById("message").hidden));
}

// Again where it was interrupted on the way.
export async function open(page, url) {
	let interrupted = true;
	const note = (failed) =>
		interrupted ||= INTERRUPTED.test(failed.failure()?.errorText);
	page.on("requestfailed", note);
	for (let i = 0; interrupted && i < 5; i++) {
		interrupted = false;
		await page.goto(url).catch((error) => {
			if (!INTERRUPTED.test(error.message))
				throw error;
			interrupted = true;
		});
	}
	page.off("requestfailed", note);
	await ready(page);
}

export async function accessible(page, where) {
	await page.evaluate(axe);
	const { violations } = await page.evaluate(() => axe.run());
	if (violations.length)
		fail(where, violations.map((v) => `${v.id}: ${v.nodes.map((n) =>
			`${n.target} ${n.any.map((a) => a.message)}`).join("; ")}`).join("\n"));
}

export const texts = (page, selector) => page.locator(selector).allTextContents();
export const names = (page) => texts(page, "#rows tbody .name a, #rows tbody .name .text");
