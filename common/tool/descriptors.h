/* Standard input, output and error that are missing at the start. */
#ifndef TM_TOOL_DESCRIPTORS_H
#define TM_TOOL_DESCRIPTORS_H

/* Keeps their numbers from the files that the tool opens: messages would go
 * into one of them. What stands in can be neither read nor written, so that a
 * tool that needs the missing one fails as before. */
void tm_descriptors_reserve(void);

#endif
