// What a person does on the page, in the words of the scenarios.

import { browse, fail, open, ready, texts } from "./browser.mjs";
import { serve } from "./programs.mjs";

const db = process.argv[3];
export const RANGE = "range=6h";
export const path = (page) => page.evaluate(() => location.search);
export const crumbs = (page) => texts(page, "#trail li");
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function with_page(url, use, options = {}) {
	const web = await serve(db);
	await browse(web.base, options, async (page, troubles, context) => {
		await open(page, `${web.base}/${url}`);
		await use(page, web, context, troubles);
	});
	await web.stop();
}

// Presses keys one after the other, each once the page is still.
export async function press(page, ...keys) {
	for (const key of keys) {
		await page.keyboard.press(key);
		await settled(page);
	}
}

// In the page itself, after its own timers, however late they are.
export async function settled(page) {
	await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 250)));
	await ready(page);
}

// The page's range is that long and ends now, or did when it was drawn.
export async function lately(page, length) {
	const said = await page.locator("#period").textContent();
	const minute = (at) => new Date(at).toISOString().slice(0, 16).replace("T", " ");
	const wanted = [0, 30e3].map((ago) => {
		const from = minute(Date.now() - ago - length * 1000);
		const to = minute(Date.now() - ago), [day, clock] = to.split(" ");
		return `${from} \u2013 ${from.startsWith(day) ? clock : to}`;
	});
	if (!wanted.includes(said))
		fail("the range is", said, "and not", wanted[0]);
}

export const message = (page) =>
	texts(page, "#message:not([hidden])").then((all) => all.join());

// What the chart says once a key is pressed on it.
export async function read(page, key) {
	await page.locator("#chart").focus();
	await page.keyboard.press(key);
	return page.locator("#chart-said").textContent();
}
