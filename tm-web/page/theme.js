// Before the first paint, so that nothing flashes: the theme that was chosen,
// or else the system's.
(function () {
	let chosen = null;
	try {
		chosen = localStorage.getItem("tm-theme");
	} catch {
		// no storage: the system's
	}
	if (chosen === "light" || chosen === "dark")
		document.documentElement.dataset.theme = chosen;
})();
