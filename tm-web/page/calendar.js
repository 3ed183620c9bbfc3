// Ranges: what can be chosen with one press, and what lies before and after.

import { dayAndClock } from "./format.js";

// [short, long, from, to]
export const RELATIVE = [
	["5m", "5 minutes"], ["15m", "15 minutes"], ["1h", "1 hour"],
	["6h", "6 hours"], ["24h", "24 hours"], ["7d", "7 days"],
	["30d", "30 days"], ["1y", "1 year"], ["5y", "5 years"],
].map(([length, name]) => [length, `Last ${name}`, `-${length}`, "now"]);

export const CALENDAR = [
	["Today", "today", "now"], ["Yesterday", "yesterday", "today"],
	["This week", "this week", "now"], ["Last week", "last week", "this week"],
	["This month", "this month", "now"],
	["Last month", "last month", "this month"],
	["This year", "this year", "now"], ["Last year", "last year", "this year"],
].map(([name, from, to]) => [name, name, from, to]);

// A moment as an address takes it: numbers below nine digits need their sign.
export function moment(seconds) {
	const whole = Math.round(seconds);
	return whole >= 1e8 ? String(whole) : `@${whole}`;
}

function midnight(seconds) {
	const [day, clock] = dayAndClock(seconds);
	return clock === "00:00:00" ? day : null;
}

function days(day, count) {
	return new Date(Date.parse(day) + count * 864e5).toISOString().slice(0, 10);
}

function months(day, count) {
	const [year, month] = day.split("-").map(Number);
	return new Date(Date.UTC(year, month - 1 + count, 1))
		.toISOString().slice(0, 10);
}

const monthsOf = (day) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));

// Whole days and months move by themselves, as dates; null for other ranges.
export function movedByCalendar(from, to, sign) {
	const [first, end] = [from, to].map(midnight);
	if (!first || !end || first === end)
		return null;
	if (first.endsWith("-01") && end.endsWith("-01")) {
		const count = sign * (monthsOf(end) - monthsOf(first));
		return { from: months(first, count), to: months(end, count) };
	}
	const count = sign *
		Math.round((Date.parse(end) - Date.parse(first)) / 864e5);
	return { from: days(first, count), to: days(end, count) };
}

const BEGUN = { today: [days, 1, "day"], "this week": [days, 7, "week"],
	"this month": [months, 1, "month"], "this year": [months, 12, "year"] };

// The part of a calendar period that is still to come: { unit, seconds, passed },
// or null for other ranges. from: its beginning; now: until when it is shown.
export function stillToCome(state, from, now) {
	const [add, count, unit] = BEGUN[state.from.trim().toLowerCase()] ?? [];
	const day = midnight(from);
	if (!unit || state.to !== "now" || !day)
		return null;
	const length = (Date.parse(add(day, count)) - Date.parse(day)) / 1000;
	return { unit, seconds: Math.max(0, from + length - now),
		passed: (now - from) / length };
}

// The whole period before one that is not over.
export function periodBefore({ from, to }) {
	const [kind, unit] = from.split(" ");
	if (to !== "now")
		return null;
	if (from === "today")
		return { from: "yesterday", to: "today" };
	return kind === "this" ? { from: `last ${unit}`, to: from } : null;
}
