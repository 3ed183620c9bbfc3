/* The eBPF object file, inside the program: nothing is loaded from disk. */
	.section .rodata
	.balign 8
	.globl tm_object, tm_object_end
tm_object:
	.incbin OBJECT
tm_object_end:
	.byte 0
	.section .note.GNU-stack, "", %progbits
