/* The eBPF object files, inside the program: nothing is loaded from disk. The
 * plain one is for a kernel that lets nothing be read. */
	.section .rodata
	.balign 8
	.globl programs_object, programs_object_end
programs_object:
	.incbin OBJECT
programs_object_end:
	.balign 8
	.globl programs_plain_object, programs_plain_object_end
programs_plain_object:
	.incbin PLAIN_OBJECT
programs_plain_object_end:
	.byte 0
	.section .note.GNU-stack, "", %progbits
