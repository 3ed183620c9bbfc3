/* The exit codes of all tools. */
#ifndef TM_BASE_EXIT_H
#define TM_BASE_EXIT_H

enum tm_exit {
	TM_DONE = 0,
	TM_FAILED = 1,
	TM_MISUSED = 2,
	TM_CUT = 3,	/* the input was cut or corrupt */
	TM_LOSSY = 4,	/* done, but events were lost (with --strict) */
	TM_OVER = 5,	/* a limit or quota is exceeded */
	TM_CANNOT = 77, /* this machine cannot capture */
};

#endif
