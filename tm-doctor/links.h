/* Tries of what attaches to interfaces, on the loopback of a network namespace
 * that is made for it and goes with the process that tries. */
#ifndef TM_DOCTOR_LINKS_H
#define TM_DOCTOR_LINKS_H

/* Returned for a trial that needs CAP_SYS_ADMIN. */
#define LINKS_UNTRIED 1

/* 0, LINKS_UNTRIED, or -1 with errno. */
int links_try_tcx(void);
int links_try_clsact(void);

#endif
