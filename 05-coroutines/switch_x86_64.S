/* switch_x86_64.S - from one stack to another in sixteen instructions.
 *
 *     void switch_stacks(void **save, void *load);
 *
 * To the compiler this is an ordinary call, so by the System V ABI it expects only six registers and
 * the stack pointer to survive it. Those six go onto the stack that is left; its pointer is kept in
 * *save. Then the other stack's pointer is loaded, its six come off it, and so does the address to
 * which *that* stack's call of switch_stacks returns.
 *
 * It goes there by a jump. A `ret` would do the same more slowly: the processor guesses where a ret
 * goes by the calls that it has seen, and after a change of stacks that guess is wrong, for this ret
 * and for those of the functions around it.
 *
 * The .cfi lines tell debuggers where things lie, so that a backtrace works from either side.
 */
        .text
        .globl  switch_stacks
        .type   switch_stacks, @function
        .p2align 4
switch_stacks:
        .cfi_startproc
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbp, 0
        pushq   %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbx, 0
        pushq   %r12
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r12, 0
        pushq   %r13
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r13, 0
        pushq   %r14
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r14, 0
        pushq   %r15
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r15, 0

        movq    %rsp, (%rdi)            /* leave one stack ... */
        movq    %rsi, %rsp              /* ... and stand on the other */

        popq    %r15
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r15
        popq    %r14
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r14
        popq    %r13
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r13
        popq    %r12
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r12
        popq    %rbx
        .cfi_adjust_cfa_offset -8
        .cfi_restore %rbx
        popq    %rbp
        .cfi_adjust_cfa_offset -8
        .cfi_restore %rbp
        popq    %rcx                    /* the return address, as `ret` would take it */
        .cfi_adjust_cfa_offset -8
        .cfi_register %rip, %rcx
        jmpq    *%rcx
        .cfi_endproc
        .size   switch_stacks, .-switch_stacks

/* Where a new stack's first switch goes: switch_prepare has put the function into %rbx and its
 * argument into %r12. Nothing called this, which .cfi_undefined says: a backtrace ends here. */
        .type   first_frame, @function
first_frame:
        .cfi_startproc
        .cfi_undefined %rip
        movq    %r12, %rdi
        callq   *%rbx
        ud2                             /* the function never returns */
        .cfi_endproc
        .size   first_frame, .-first_frame

/* void *switch_prepare(void *top, void (*fn)(void *), void *arg);
 * Lays out a new stack as if it had called switch_stacks; returns its stack pointer. `top` is
 * aligned to 16 bytes, and after the seven pops it is %rsp again, as the ABI wants it. */
        .globl  switch_prepare
        .type   switch_prepare, @function
switch_prepare:
        .cfi_startproc
        leaq    first_frame(%rip), %rax
        movq    %rax, -8(%rdi)          /* the return address */
        movq    $0, -16(%rdi)           /* %rbp: the end of the chain of frames */
        movq    %rsi, -24(%rdi)         /* %rbx */
        movq    %rdx, -32(%rdi)         /* %r12 */
        movq    $0, -40(%rdi)           /* %r13 */
        movq    $0, -48(%rdi)           /* %r14 */
        movq    $0, -56(%rdi)           /* %r15 */
        leaq    -56(%rdi), %rax
        ret
        .cfi_endproc
        .size   switch_prepare, .-switch_prepare

        .section .note.GNU-stack, "", @progbits
