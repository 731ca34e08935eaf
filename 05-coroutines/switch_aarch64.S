/* switch_aarch64.S - from one stack to another on 64-bit ARM.
 *
 *     void switch_stacks(void **save, void *load);
 *
 * The same idea as switch_x86_64.S. By the procedure call standard a call leaves x19 to x28, the
 * frame pointer x29, the link register x30, the stack pointer and the low halves of v8 to v15
 * (d8 to d15) as they were: twenty registers, 160 bytes. It ends with a `br`, not with a `ret`, which
 * the processor would guess by the calls that it has seen.
 */
        .text
        .globl  switch_stacks
        .type   switch_stacks, %function
        .p2align 4
switch_stacks:
        .cfi_startproc
        sub     sp, sp, #160
        .cfi_def_cfa_offset 160
        stp     x19, x20, [sp, #0]
        stp     x21, x22, [sp, #16]
        stp     x23, x24, [sp, #32]
        stp     x25, x26, [sp, #48]
        stp     x27, x28, [sp, #64]
        stp     x29, x30, [sp, #80]
        .cfi_offset x29, -80
        .cfi_offset x30, -72
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]

        mov     x9, sp
        str     x9, [x0]                /* leave one stack ... */
        mov     sp, x1                  /* ... and stand on the other */

        ldp     x19, x20, [sp, #0]
        ldp     x21, x22, [sp, #16]
        ldp     x23, x24, [sp, #32]
        ldp     x25, x26, [sp, #48]
        ldp     x27, x28, [sp, #64]
        ldp     x29, x30, [sp, #80]
        .cfi_restore x29
        .cfi_restore x30
        ldp     d8, d9, [sp, #96]
        ldp     d10, d11, [sp, #112]
        ldp     d12, d13, [sp, #128]
        ldp     d14, d15, [sp, #144]
        add     sp, sp, #160
        .cfi_def_cfa_offset 0
        br      x30
        .cfi_endproc
        .size   switch_stacks, .-switch_stacks

/* Where a new stack's first switch goes: the function is in x19, its argument in x20. Nothing
 * called this, which .cfi_undefined says: a backtrace ends here. */
        .type   first_frame, %function
first_frame:
        .cfi_startproc
        .cfi_undefined x30
        mov     x0, x20
        blr     x19
        brk     #1                      /* the function never returns */
        .cfi_endproc
        .size   first_frame, .-first_frame

/* void *switch_prepare(void *top, void (*fn)(void *), void *arg);
 * Lays out a new stack as if it had called switch_stacks; returns its stack pointer. */
        .globl  switch_prepare
        .type   switch_prepare, %function
switch_prepare:
        .cfi_startproc
        sub     x0, x0, #160
        stp     x1, x2, [x0, #0]        /* x19, x20 */
        stp     xzr, xzr, [x0, #16]
        stp     xzr, xzr, [x0, #32]
        stp     xzr, xzr, [x0, #48]
        stp     xzr, xzr, [x0, #64]
        adr     x9, first_frame
        stp     xzr, x9, [x0, #80]      /* x29: the end of the chain; x30: where to go */
        stp     xzr, xzr, [x0, #96]
        stp     xzr, xzr, [x0, #112]
        stp     xzr, xzr, [x0, #128]
        stp     xzr, xzr, [x0, #144]
        ret
        .cfi_endproc
        .size   switch_prepare, .-switch_prepare

        .section .note.GNU-stack, "", %progbits
