// tm-store and tm-web as the tests run them, and their end.

import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { preamble, status, nothing } from "./traffic.mjs";

const running = new Set();

export function start(command, args, options = {}) {
	const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], ...options });
	running.add(child);
	child.ended = new Promise((resolve) => child.on("exit", (code) => {
		running.delete(child);
		resolve(code);
	}));
	child.stdin?.on("error", () => {});
	return child;
}

export async function stop(child, signal = "SIGTERM") {
	child.kill(signal);
	return child.ended;
}

process.on("exit", () => {
	for (const child of running)
		child.kill("SIGKILL");
});

function freePort() {
	return new Promise((resolve) => {
		const server = createServer().listen(0, "127.0.0.1", () => {
			const { port } = server.address();
			server.close(() => resolve(port));
		});
	});
}

// tm-web on a database; the same port again after a restart.
export async function serve(db, port = 0, options = []) {
	port ||= await freePort();
	const base = `http://127.0.0.1:${port}`;
	const begin = () => start("tm-web", ["--quiet", "--db", db, "--listen",
		`127.0.0.1:${port}`, ...options]);
	let child = begin();
	for (let i = 0; i < 1000; i++) {
		// A store that has just begun has nothing to serve.
		if (child.exitCode !== null)
			child = begin();
		const answer = await fetch(`${base}/api/v1/status`).catch(() => null);
		if (answer)
			return { base, port, child, stop: (signal) => stop(child, signal) };
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	throw new Error("tm-web does not answer");
}

// A capture that goes on: each second what passed in it, a TICK, and what is
// said to it. There is a database when it returns.
export async function feed(db, passed = () => "") {
	const child = start("sh", ["-c", 'tm-parse | tm-store --quiet --db "$0"', db]);
	const seen = nothing(), second = () => Math.floor(Date.now() / 1000);
	const say = (text) => child.stdin.write(text);
	let last = second() - 1;
	const tick = () => {
		while (last < second())
			say(passed(++last, 1, seen) + status("tick", 99, seen, last));
	};
	say(preamble(99, second()));
	tick();
	let timer = setInterval(tick, 1000);
	for (let i = 0; i < 2400 && !existsSync(db); i++)
		await new Promise((resolve) => setTimeout(resolve, 25));
	return { say, pause: () => clearInterval(timer),
		go: () => timer = setInterval(tick, 1000),
		end() {
			clearInterval(timer);
			say(status("end", 99, seen, second()));
			child.stdin.end();
			return child.ended;
		} };
}

export function output(command, ...args) {
	const { status: code, stdout, stderr } = spawnSync(command, args,
		{ encoding: "buffer", maxBuffer: 1 << 28 });
	if (code !== 0)
		throw new Error(`${command}: exit ${code}: ${stderr}`);
	return stdout;
}
