# co-bt.py - a command for gdb: where do the suspended coroutines stand, and what do they wait for?
#
#     gdb -x 05-coroutines/co-bt.py build/05-coroutines/server
#     (gdb) co-bt                all coroutines, of all threads
#     (gdb) co-bt client         those of this name
#
# gdb shows the stack that a thread stands on. A coroutine that is suspended stands on none: its
# registers lie on its own stack (switch_words.h), its stack pointer in its struct coro, and
# coro.c links these into a ring for each thread. So each is shown as if its thread had
# just been called from there: an "unwinder" gives the parked registers as those of the caller of
# the innermost frame. Nothing is written into the program, which may also be a core file.

import gdb
from gdb.unwinder import Unwinder, register_unwinder

POINTER = 8  # bytes

# Where switch_stacks puts what, in words above the stack pointer that it keeps; "pc" is where the
# coroutine goes on, and the number of bytes is what lies on the stack besides.
X86_64 = ("rip", "rsp", {"r15": 0, "r14": 1, "r13": 2, "r12": 3, "rbx": 4, "rbp": 5, "rip": 6}, 56)
X86_64_UCONTEXT = ("rip", "rsp", {"r12": 9, "r13": 10, "r14": 11, "r15": 12, "rbp": 15,
                                  "rbx": 16, "rsp": 20, "rip": 21}, None)
AARCH64 = ("pc", "sp", dict([("x%d" % i, i - 19) for i in range(19, 31)], pc=11), 160)

# The frames in which every suspended coroutine stands; they say nothing.
MACHINERY = {"switch_stacks", "switch_to", "coro_suspend", "co_wait"}
BEGINNING = {"run", "first_frame", "__start_context"}


def layout():
    """How the program that is debugged parks a stack."""
    arch = gdb.selected_frame().architecture().name()
    switch = gdb.lookup_global_symbol("switch_stacks")
    by_ucontext = switch is not None and switch.symtab.filename.endswith("_ucontext.c")
    if arch == "i386:x86-64":
        return X86_64_UCONTEXT if by_ucontext else X86_64
    if arch == "aarch64" and not by_ucontext:
        return AARCH64
    raise gdb.GdbError("co-bt: it is not known how a stack is parked on %s" % arch)


class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class ParkedUnwinder(Unwinder):
    """While `registers` is set, the innermost frame seems to have been called from there."""

    def __init__(self):
        super().__init__("parked coroutine")
        self.registers = None

    def __call__(self, frame):
        if self.registers is None:
            return None
        if int(frame.read_register(self.sp)) != self.innermost:
            return None
        # It seems to lie below all of the parked stack, or gdb takes that for a corrupt one.
        below = gdb.Value(self.registers[self.sp] - 4096).cast(frame.read_register(self.sp).type)
        info = frame.create_unwind_info(FrameId(below, frame.read_register(self.pc)))
        for name, value in self.registers.items():
            kind = frame.read_register(name).type
            info.add_saved_register(name, gdb.Value(value).cast(kind))
        return info

    def frames(self, coro):
        """The frames of a suspended coroutine, the innermost first."""
        self.pc, self.sp, places, above = layout()
        parked = int(coro["stack_pointer"])
        memory = gdb.selected_inferior()

        def word(place):
            return int.from_bytes(memory.read_memory(parked + place * POINTER, POINTER), "little")

        self.innermost = int(gdb.newest_frame().read_register(self.sp))
        self.registers = {name: word(place) for name, place in places.items()}
        if above is not None:
            self.registers[self.sp] = parked + above
        gdb.invalidate_cached_frames()
        try:
            frame = gdb.newest_frame().older()
            while frame is not None:
                yield frame
                frame = frame.older()
        finally:
            self.registers = None
            gdb.invalidate_cached_frames()


unwinder = ParkedUnwinder()
register_unwinder(None, unwinder, replace=True)


def arguments(frame):
    try:
        block = frame.block()
    except RuntimeError:  # code without debugging information
        return ""
    while block.function is None:
        block = block.superblock
    return ", ".join("%s=%s" % (symbol.name, symbol.value(frame).format_string(max_elements=40))
                     for symbol in block if symbol.is_argument)


def describe(frame):
    """"co_sleep (delay_ns=1000)", and where that is."""
    text = "%s (%s)" % (frame.name() or hex(frame.pc()), arguments(frame))
    where = frame.find_sal()
    if where.symtab is not None:
        return text, " at %s:%d" % (where.symtab.filename, where.line)
    return text, ""


def show_stack(coro, head):
    """What a suspended coroutine waits in, and how it has come there."""
    shown = 0
    for frame in unwinder.frames(coro):
        if frame.name() in BEGINNING:
            break
        if shown == 0 and frame.name() in MACHINERY:
            continue
        text, where = describe(frame)
        if shown == 0:
            print("%s, waits in %s" % (head, text))
        print("    #%-2d %s%s" % (shown, text, where))
        shown += 1


def show(coro, current):
    head = '"%s", made at %s' % (coro["name"].string(), coro["place"].string())
    if coro == current:
        print("%s, runs: see bt" % head)
    elif coro["done"]:
        print("%s, has ended with %d" % (head, int(coro["result"])))
    elif not coro["begun"]:
        print("%s, has not begun" % head)
    else:
        show_stack(coro, head)


def coroutines():
    """Those of the selected thread, the oldest first: the pointers and the one that runs."""
    try:
        ring = gdb.parse_and_eval("'coro.c'::thread_itself")
        current = gdb.parse_and_eval("'coro.c'::current")
    except gdb.error as error:
        raise gdb.GdbError("co-bt: cannot read the list of coroutines: %s" % error)
    found, coro = [], ring["next"]
    while coro != 0 and coro != ring.address:
        found.append(coro)
        coro = coro["next"]
    return found, current


class CoBt(gdb.Command):
    """co-bt [NAME]: the backtraces of the coroutines that are suspended."""

    def __init__(self):
        super().__init__("co-bt", gdb.COMMAND_STACK)

    def invoke(self, name, from_tty):
        selected, shown = gdb.selected_thread(), 0
        if selected is None:
            raise gdb.GdbError("co-bt: the program does not run")
        threads = sorted(gdb.selected_inferior().threads(), key=lambda thread: thread.num)
        for thread in threads:
            thread.switch()
            found, current = coroutines()
            found = [coro for coro in found if name in ("", coro["name"].string())]
            if found and len(threads) > 1:
                print("thread %d" % thread.num)
            for coro in found:
                show(coro, current)
            shown += len(found)
        selected.switch()
        if shown == 0:
            print("no coroutine%s" % (' named "%s"' % name if name else ""))


CoBt()
