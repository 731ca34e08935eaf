"""Python's event loop with its clock taken away, as exact_clock.h does for ours.

    python3 exact_clock.py PROGRAM.py [ARGUMENT...]

The clock stands still while tasks run, goes on by 1 us with each pass that waits for nothing, and
by exactly the time asked for when the loop would have waited, which it never does. So what the
program prints depends on no machine. Timers of equal deadlines run in the order of asking: asyncio
promises no order for them.
"""

import asyncio
import functools
import runpy
import sys


class Selector:
    """Waits by moving the clock."""

    def __init__(self, loop, inner):
        self.loop, self.inner = loop, inner

    def select(self, timeout=None):
        ready = self.inner.select(0)
        if timeout is None and not ready:
            sys.exit('deadlock: nothing can ever happen')
        wait = timeout if timeout and timeout > 1e-9 and not ready else 1e-6
        self.loop.now = round(self.loop.now + wait, 9)
        return ready

    def __getattr__(self, name):
        return getattr(self.inner, name)


class ExactClock(asyncio.SelectorEventLoop):
    def __init__(self):
        super().__init__()
        self.now, self.asked = 1.0, 0
        self._selector = Selector(self, self._selector)

    def time(self):
        return self.now

    def call_at(self, when, callback, *args, context=None):
        self.asked += 1
        return super().call_at(round(when, 9) + self.asked * 1e-14, callback, *args, context=context)


if __name__ == '__main__':
    asyncio.run = functools.partial(asyncio.run, loop_factory=ExactClock)
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name='__main__')
