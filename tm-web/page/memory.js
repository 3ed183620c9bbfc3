// What this browser remembers; without a storage, until the page is left.

const forgotten = new Map();

export function recall(key) {
	try {
		return localStorage.getItem(key);
	} catch {
		return forgotten.get(key) ?? null;
	}
}

export function remember(key, value) {
	if (recall(key) === value)
		return;
	forgotten.set(key, value);
	try {
		localStorage.setItem(key, value);
	} catch {
		// no storage
	}
}
