// node traffic.mjs MINUTES [END]: that much made-up traffic of made-up users
// up to END (seconds, or now), as text for tm-parse. The same minute holds the
// same, whenever it is asked for; documentation addresses only.

import { pathToFileURL } from "node:url";

export const USERS = { alice: 1000, bob: 1001, carol: 1002, dave: 1003,
	erin: 1004, frank: 1005, grace: 1006, heidi: 1007, "www-data": 33,
	backup: 34, postgres: 70, root: 0 };
const NOBODY = 4294967295;

function hash(n) {
	let x = Math.imul(n ^ 0x9e3779b9, 0x85ebca6b);
	x = Math.imul(x ^ x >>> 13, 0xc2b2ae35);
	return ((x ^ x >>> 16) >>> 0) / 2 ** 32;
}

// Between 0 and 1, smooth over a period of minutes.
function wave(seed, minute, period) {
	const at = minute / period, whole = Math.floor(at), part = at - whole;
	const ease = part * part * (3 - 2 * part);
	const [a, b] = [0, 1].map((i) => hash(seed * 7919 + whole + i));
	return a + (b - a) * ease;
}

// Bytes a second, one every SECONDS: [user, process, remotes, protocol, port,
// in, out, how it goes over time].
const steady = (seed) => (m) => 0.75 + 0.5 * wave(seed, m, 6);
const busy = (seed) => (m) => Math.max(0, wave(seed, m, 11) * 2 - 0.7) + 0.05;
const bursts = (seed, every, length) => (m) =>
	(m + seed * 5) % every < length ? 0.85 + 0.3 * wave(seed, m, 2) : 0;
const FLOWS = [
	["www-data", "nginx", ["203.0.113.8", "203.0.113.77", "2001:db8:7::21",
		"198.51.100.140", "203.0.113.201"], 6, 443, 190e3, 1.5e6, steady(1)],
	["alice", "rsync", ["198.51.100.20"], 6, 22, 60e3, 2.6e6, bursts(2, 24, 9)],
	["alice", "firefox", ["203.0.113.31", "2001:db8:9::5"], 6, 443, 700e3, 50e3, busy(3)],
	["alice", "sshd", ["192.0.2.77"], 6, 22, 9e3, 22e3, steady(4)],
	["bob", "python3", ["2001:db8:5::17", "198.51.100.66"], 6, 443, 3.1e6, 70e3, bursts(5, 41, 17)],
	["bob", "git", ["198.51.100.80"], 6, 22, 90e3, 30e3, bursts(6, 13, 2)],
	["carol", "firefox", ["203.0.113.90", "203.0.113.12"], 17, 443, 1.3e6, 90e3, busy(7)],
	["carol", "zoom", ["203.0.113.150"], 17, 8801, 420e3, 390e3, bursts(8, 75, 32)],
	["backup", "rclone", ["2001:db8:b::9"], 6, 443, 40e3, 1.9e6, bursts(9, 60, 14)],
	["postgres", "postgres", ["192.0.2.44"], 6, 5432, 160e3, 420e3, steady(10)],
	["dave", "curl", ["198.51.100.5"], 6, 443, 310e3, 12e3, busy(11)],
	["erin", "scp", ["198.51.100.99"], 6, 22, 14e3, 520e3, bursts(12, 37, 6)],
	["frank", "julia", ["203.0.113.45"], 6, 443, 260e3, 20e3, busy(13)],
	["grace", "wget", ["198.51.100.200"], 6, 80, 480e3, 9e3, bursts(14, 52, 7)],
	["heidi", "ssh", ["192.0.2.90"], 6, 22, 12e3, 7e3, steady(15)],
	["root", "apt", ["203.0.113.250"], 6, 80, 220e3, 5e3, bursts(16, 90, 3)],
	["root", "chronyd", ["192.0.2.123"], 17, 123, 90, 90, steady(17)],
	[null, "", ["192.0.2.1"], 1, 0, 900, 900, steady(18)],
];
// What a flow's process is: its executable, who logged in, and its cgroup.
const slurm = (job) =>
	`/system.slice/slurmstepd.scope/job_${job}/step_0/user/task_0`;
const unit = (name) => `/system.slice/${name}`;
const session = (uid, n) => `/user.slice/user-${uid}.slice/session-${n}.scope`;
const FACTS = {
	nginx: ["/usr/sbin/nginx", "", unit("nginx.service")],
	rsync: ["/usr/bin/rsync", "alice 3", session(1000, 3)],
	python3: ["/usr/bin/python3.11", "bob 5", slurm(4711)],
	git: ["/usr/bin/git", "bob 5", session(1001, 5)],
	"alice firefox": ["/usr/lib/firefox-esr/firefox-esr", "alice 3",
		session(1000, 3)],
	firefox: ["/usr/lib/firefox-esr/firefox-esr", "carol 6", session(1002, 6)],
	zoom: ["/opt/zoom/zoom", "carol 6", session(1002, 6)],
	rclone: ["/usr/bin/rclone", "", unit("backup.service")],
	postgres: ["/usr/lib/postgresql/15/bin/postgres", "",
		unit(`docker-${"0123456789abcdef".repeat(4)}.scope`)],
	curl: ["/usr/bin/curl", "dave 8", slurm(4712)],
	scp: ["/usr/bin/scp", "erin 9", session(1004, 9)],
	julia: ["/opt/julia/bin/julia", "frank 10", slurm(4713)],
	wget: ["/usr/bin/wget", "grace 11", slurm(4712)],
	apt: ["/usr/bin/apt", "alice 3", session(1000, 3)],
	chronyd: ["/usr/sbin/chronyd", "", unit("chrony.service")],
};
const factsOf = ([user, comm]) => FACTS[`${user} ${comm}`] ?? FACTS[comm];
const pidOf = (flow) => 4000 + FLOWS.indexOf(flow);
const cgroupOf = (flow) => 90000 + FLOWS.indexOf(flow);

const HERE = { 4: "192.0.2.10", 6: "2001:db8::10" };

const ns = (seconds) => `${seconds}000000000`;
// As text, because nanoseconds are more than a double holds.
const line = (record, seconds) =>
	`${JSON.stringify(record).slice(0, -1)},"time_ns":${ns(seconds)}}\n`;

// A text that is longer than a record, in several of them.
function name(of, id, text, seconds) {
	const parts = Math.ceil(text.length / 104) || 1;
	return [...Array(parts).keys()].map((part) => line({ kind: "name", of, id,
		part, parts, text: text.slice(part * 104, (part + 1) * 104) }, seconds));
}

export function preamble(run, seconds) {
	const said = [line({ kind: "start", run_id: run, host: "gate.example" }, seconds)];
	for (const [text, id] of Object.entries(USERS))
		said.push(...name("user", id, text, seconds));
	said.push(...name("interface", 2, "eth0", seconds));
	for (const flow of FLOWS.filter(factsOf)) {
		const [command, login, cgroup] = factsOf(flow);
		const [user, number] = login.split(" ");
		said.push(...name("command", pidOf(flow), command, seconds),
			...name("login", pidOf(flow), login && `${USERS[user]} ${number}`,
				seconds), ...name("cgroup", cgroupOf(flow), cgroup, seconds));
	}
	return said.join("");
}

export function event(flow, way, bytes, seconds, span) {
	const [user, comm, remotes, protocol, port] = flow;
	const remote = remotes[Math.floor(hash(seconds + remotes.length) * remotes.length)];
	const here = HERE[remote.includes(":") ? 6 : 4];
	const [source, destination] = way === "in" ? [remote, here] : [here, remote];
	const [source_port, destination_port] = way === "in" ? [port, 40000] : [40000, port];
	return line({ uid: user === null ? NOBODY : USERS[user],
		...(user === null ? { pid: 0 } : { pid: pidOf(flow),
			cgroup_id: cgroupOf(flow) }), comm, ifindex: 2, protocol, bytes,
	packets: Math.ceil(bytes / 1100), direction: way, source, source_port,
	destination, destination_port, span: span * 100 }, seconds);
}

// Both halves of a status record; the sums so far are in seen.
export function status(kind, run, seen, seconds) {
	return ["in", "out"].map((direction) => line({ kind, direction, run_id: run,
		seen_packets: seen[direction].packets, seen_bytes: seen[direction].bytes,
		recorded_packets: seen[direction].packets - seen[direction].lost_packets,
		recorded_bytes: seen[direction].bytes - seen[direction].lost,
		lost_packets: seen[direction].lost_packets,
		lost_bytes: seen[direction].lost }, seconds)).join("");
}

export function nothing() {
	const none = () => ({ packets: 0, bytes: 0, lost: 0, lost_packets: 0 });
	return { in: none(), out: none() };
}

// What passed in the SPAN seconds up to a time.
export function moment(seconds, span, seen) {
	const minute = seconds / 60, said = [];
	for (const flow of FLOWS)
		for (const [way, most] of [["in", flow[5]], ["out", flow[6]]]) {
			// A single second is less even than ten of them.
			const uneven = span > 1 ? 1 : 0.5 + hash(seconds + most);
			const bytes = Math.round(most * span * flow[7](minute) * uneven);
			if (bytes < 40)
				continue;
			seen[way].bytes += bytes;
			seen[way].packets += Math.ceil(bytes / 1100);
			said.push(event(flow, way, bytes, seconds, span));
		}
	return said.join("");
}

function lost(seconds, seen) {
	const [bytes, packets] = [61440, 41];
	seen.in.bytes += bytes;
	seen.in.packets += packets;
	seen.in.lost += bytes;
	seen.in.lost_packets += packets;
	return line({ kind: "lost", uid: USERS.bob, direction: "in", bytes, packets,
		ifindex: 2 }, seconds);
}

// The whole, with a gap of eight minutes at two thirds and one loss.
function* traffic(minutes, end) {
	const first = end - minutes * 60, span = 10;
	const gap = first + Math.floor(minutes * 2 / 3) * 60;
	let run = 7, seen = nothing();
	yield preamble(run, first);
	for (let at = first + 1; at <= end; at++) {
		if (at === gap && minutes > 30) {
			yield status("end", run, seen, at);
			[run, seen, at] = [run + 1, nothing(), at + 480];
			yield preamble(run, at);
		}
		if (at % span === 0)
			yield moment(at, span, seen);
		if (at === first + Math.floor(minutes / 3) * 60)
			yield lost(at, seen);
		yield status("tick", run, seen, at);
	}
	yield status("end", run, seen, end);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	const [, , minutes, end] = process.argv;
	for (const said of traffic(Number(minutes),
		end ? Number(end) : Math.floor(Date.now() / 1000)))
		process.stdout.write(said);
}
