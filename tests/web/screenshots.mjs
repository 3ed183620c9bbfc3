// node screenshots.mjs DIRECTORY: the pictures of README.md, of made-up users.
// They look best where the font Inter is installed; pngquant makes them small.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { browse, open, ready } from "./browser.mjs";
import { feed, output, serve } from "./programs.mjs";
import { USERS, moment } from "./traffic.mjs";

const to = process.argv[2], work = mkdtempSync(join(tmpdir(), "tm-web-"));
const db = join(work, "history.db");
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

output("sh", "-c", 'node "$0" 420 | tm-parse | tm-store --quiet --db "$1"',
	here("traffic.mjs"), db);
// Its exit code tells of a quota that is exceeded.
for (const [user, limit] of [["alice", "60G"], ["bob", "34G"], ["carol", "20G"]])
	spawnSync("tm-store", ["quota", "--db", db, "--user", String(USERS[user]),
		"--limit", limit, "--month"]);

const capture = await feed(db, moment);
const web = await serve(db);

async function shoot(page, name, colorScheme) {
	const path = join(to, `${name}-${colorScheme}.png`);
	await page.emulateMedia({ colorScheme });
	await page.waitForTimeout(500);
	await ready(page);
	await page.screenshot({ path });
	spawnSync("pngquant", ["--force", "--strip", "--skip-if-larger", "--quality",
		"70-98", "--output", path, path]);
}

await browse(web.base, { viewport: { width: 1280, height: 1000 } }, async (page) => {
	await open(page, `${web.base}/?from=-6h`);
	await page.waitForTimeout(62000);
	const box = await page.locator("#chart .u-over").boundingBox();
	await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.3);
	for (const scheme of ["light", "dark"])
		await shoot(page, "tm-web", scheme);
	await page.mouse.move(5, 5);
	await open(page, `${web.base}/?from=-3h&user=${USERS.alice}&by=process&compare=before`);
	await shoot(page, "tm-web-user", "light");
	await page.setViewportSize({ width: 390, height: 844 });
	await open(page, `${web.base}/?from=-1h`);
	await shoot(page, "tm-web-small", "dark");
});
await web.stop();
await capture.end();
rmSync(work, { recursive: true });
process.exit(0);
