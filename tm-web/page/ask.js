// One question to the server, and what its refusal says.

import { query } from "./query.js";

export class Refused extends Error {
	// again: after how many seconds; 0 where asking again does not help.
	// about: { key, value } of the address, if it is known.
	constructor(message, again, about = null) {
		super(message);
		Object.assign(this, { again, about });
	}
}

async function sent(path, parameters, signal) {
	try {
		// Below the page's own path, wherever a proxy shows it.
		return await fetch(`api/v1/${path}?${query(parameters)}`, { signal });
	} catch (error) {
		if (error.name === "AbortError")
			throw error;
		throw new Refused("tm-web does not answer", 2);
	}
}

export async function ask(path, parameters, signal) {
	const answer = await sent(path, parameters, signal);
	const body = await answer.json().catch((error) => {
		if (error.name === "AbortError")
			throw error;
		return {};
	});
	if (answer.ok)
		return body;
	const again = Number(answer.headers.get("Retry-After"));
	throw new Refused(body.error ?? `tm-web answers with status ${answer.status}`,
		answer.status >= 500 || answer.status === 429 ? again || 5 : 0);
}
