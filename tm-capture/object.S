/* The eBPF object files, inside the program: nothing is loaded from disk. The
 * plain one is for a kernel that lets nothing be read. */
	.section .rodata
	.balign 8
	.globl tm_object, tm_object_end
tm_object:
	.incbin OBJECT
tm_object_end:
	.balign 8
	.globl tm_plain_object, tm_plain_object_end
tm_plain_object:
	.incbin PLAIN_OBJECT
tm_plain_object_end:
	.byte 0
	.section .note.GNU-stack, "", %progbits
