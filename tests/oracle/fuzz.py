"""Random programs of tasks, run by asyncio and by ours, and what they print compared.

    python3.13 fuzz.py PLAY [SEED [COUNT]]        PLAY is build/tests/oracle/fuzz_play

A program is a list of task bodies; a body is a list of statements, some of which are blocks. The
same text is run here, and by PLAY; each statement prints what came of it. The first program of which
the two print different things is printed, made as small as it goes, with the first line that
differs. SEED repeats it.

Left out, because asyncio promises no order there: as_completed of several tasks that are done
already. Made certain: a group cancels its children in the order of spawning, and timers of equal
deadlines run in the order of asking (exact_clock.py), as ours do.
"""

import asyncio
import random
import subprocess
import sys
from asyncio import *

import fuzz_sync
import words
from exact_clock import ExactClock
from words import E

OLD = sys.version_info < (3, 13)  # counts a group's cancels in another way
TASKS = 8
WHENS = (FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED)  # as enum wait_until has them


class Ordered(dict):
    """Stands in for a set: it has an order."""

    def add(self, item):
        self[item] = True

    def discard(self, item):
        self.pop(item, None)


# ---- Writing one -------------------------------------------------------------------------------


def delay(r):
    return r.choice((0, 0, 1, 2, 3, 5, 10, 20, 50)) * r.choice((1, 1, 10))


def statement(r, me, depth):
    """A statement of task `me`, who only ever waits for those with higher numbers."""
    if r.sync and r.randrange(2):
        word, *numbers = fuzz_sync.choose(r, depth, OLD)
        return [word, *(numbers if word not in fuzz_sync.BLOCKS else [block(r, me, depth + 1)])]
    later = [k for k in range(me + 1, TASKS)]
    words = ['sleep'] * 6 + ['cancel'] * 3 + ['fail'] + ([] if OLD else ['uncancel'])
    if later:
        words += ['spawn'] * 6 + ['await', 'shield', 'wait_for'] * 2
    if len(later) > 1:
        words += ['gather', 'wait', 'as_completed'] * 2
    if depth < 3:
        words += ['timeout', 'try', 'try'] + ([] if OLD else ['group', 'group'])
    word = r.choice(words)
    two = r.sample(later, 2) if len(later) > 1 else []
    if word == 'sleep':
        return [word, delay(r)]
    if word == 'cancel':
        return [word, r.randrange(1, TASKS)]
    if word in ('spawn', 'await', 'shield'):
        return [word, r.choice(later)]
    if word == 'wait_for':
        return [word, r.choice(later), delay(r)]
    if word == 'gather':
        return [word, *two, r.randrange(2)]
    if word == 'wait':
        return [word, *two, r.randrange(3), r.choice((-1, delay(r)))]
    if word == 'as_completed':
        return [word, *two, r.choice((-1, delay(r)))]
    if word == 'timeout':
        return [word, delay(r), block(r, me, depth + 1)]
    if word == 'group':
        return [word, block(r, me, depth + 1)]
    if word == 'try':
        return [word, r.randrange(2), block(r, me, depth + 1), block(r, me, depth + 1)]
    return [word]


def block(r, me, depth=0):
    return [statement(r, me, depth) for _ in range(r.randrange(1, 7 - depth))]


def text(body):
    """The same as lines."""
    lines = []
    for word, *rest in body:
        blocks = [b for b in rest if isinstance(b, list)]
        numbers = [str(n) for n in rest if not isinstance(n, list)]
        if word == 'try':
            lines += ['try', *text(blocks[0]), 'catch ' + numbers[0], *text(blocks[1]), 'end']
        elif blocks:
            lines += [' '.join([word, *numbers]), *text(blocks[0]), 'end']
        else:
            lines.append(' '.join([word, *numbers]))
    return lines


def program_text(bodies):
    lines = []
    for k, body in enumerate(bodies):
        lines += ['task %d' % k, *text(body), 'end']
    return '\n'.join(lines) + '\n'


# ---- Running it here ---------------------------------------------------------------------------


def rc(error):
    """An exception as C has it."""
    names = {BrokenBarrierError: 'EPIPE', RuntimeError: 'EPERM', ValueError: 'EINVAL'}
    return names.get(type(error)) or words.rc(error)


class Runner(fuzz_sync.Sync):
    def __init__(self, bodies):
        self.bodies, self.tasks, self.lines = bodies, {}, []
        self.make_sync()

    def say(self, me, what, result):
        self.lines.append('%d %s %s' % (me, what, result))

    async def body(self, me):
        self.say(me, 'begins', 0)
        try:
            await self.block(me, self.bodies[me], None)
        except BaseException as error:
            self.say(me, 'ends', rc(error))
            raise
        self.say(me, 'ends', 0)
        return me

    async def block(self, me, body, group):
        for word, *rest in body:
            await getattr(self, word)(me, group, *rest)

    async def said(self, me, what, awaitable):
        try:
            result = await awaitable
        except BaseException as error:
            self.say(me, what, rc(error))
            raise
        self.say(me, what, 0 if result is None else result)

    async def sleep(self, me, group, us):
        await self.said(me, 'sleep', sleep(us / 1e6))

    async def spawn(self, me, group, k):
        if k in self.tasks:
            return
        coroutine = self.body(k)
        try:
            self.tasks[k] = (group or get_running_loop()).create_task(coroutine)
            self.say(me, 'spawn', k)
        except RuntimeError:
            coroutine.close()
            self.say(me, 'refused', k)

    async def cancel(self, me, group, k):
        if k in self.tasks:
            self.say(me, 'cancel', int(self.tasks[k].cancel()))

    async def uncancel(self, me, group):
        self.say(me, 'uncancel', current_task().uncancel())

    async def fail(self, me, group):
        self.say(me, 'fail', 'EIO')
        raise E

    async def _await(self, me, group, k):
        if k in self.tasks:
            await self.said(me, 'await', self.tasks[k])

    async def shield(self, me, group, k):
        if k in self.tasks:
            await self.said(me, 'shield', shield(self.tasks[k]))

    async def wait_for(self, me, group, k, us):
        if k in self.tasks:
            await self.said(me, 'wait_for', wait_for(self.tasks[k], us / 1e6))

    def two(self, a, b):
        return [self.tasks[k] for k in (a, b) if a in self.tasks and b in self.tasks]

    async def gather(self, me, group, a, b, collect):
        async def gathers(tasks):
            await gather(*tasks, return_exceptions=bool(collect))

        if two := self.two(a, b):
            await self.said(me, 'gather', gathers(two))

    async def wait(self, me, group, a, b, when, us):
        async def waits(tasks):
            await wait(tasks, return_when=WHENS[when], timeout=None if us < 0 else us / 1e6)
            return sum(t.done() for t in tasks)

        if two := self.two(a, b):
            await self.said(me, 'wait', waits(two))

    async def as_completed(self, me, group, a, b, us):
        async def completes(tasks):
            if all(t.done() for t in tasks):
                return
            for one in as_completed(tasks, timeout=None if us < 0 else us / 1e6):
                self.say(me, 'next', await one)

        if two := self.two(a, b):
            await self.said(me, 'as_completed', completes(two))

    async def timeout(self, me, group, us, body):
        scope = timeout(us / 1e6)

        async def limited():
            try:
                async with scope:
                    await self.block(me, body, group)
            finally:
                self.say(me, 'expired', int(scope.expired()))

        await self.said(me, 'timeout', limited())

    async def group(self, me, outer, body):
        async def grouped():
            group = TaskGroup()
            group._tasks = Ordered()
            seen = group._on_task_done

            def on_task_done(task):  # what group_on_error is called for
                if not task.cancelled() and task.exception():
                    self.say(me, 'child', rc(task.exception()))
                seen(task)

            group._on_task_done = on_task_done
            try:
                async with group:
                    await self.block(me, body, group)
            except BaseExceptionGroup as caught:
                raise caught.exceptions[0] from None
            finally:
                self.say(me, 'cancelling', current_task().cancelling())

        await self.said(me, 'group', grouped())

    async def _try(self, me, group, swallow, body, handler):
        try:
            await self.block(me, body, group)
        except BaseException:
            await self.block(me, handler, group)
            if not swallow:
                raise

    async def all(self):
        get_running_loop().set_exception_handler(lambda loop, context: None)
        self.tasks[0] = create_task(self.body(0))
        while running := [k for k in sorted(self.tasks) if not self.tasks[k].done()]:
            ended, _ = await wait([self.tasks[running[0]]], timeout=10)
            if not ended:  # it waits for what never comes, and so may others
                self.break_lock()
                for k in sorted(self.tasks):
                    self.tasks[k].cancel()
        for k in sorted(self.tasks):
            t = self.tasks[k]
            result = 'ECANCELED' if t.cancelled() else rc(t.exception()) if t.exception() else t.result()
            self.lines.append('%d %s %d' % (k, result, t.cancelling()))


setattr(Runner, 'await', Runner._await)
setattr(Runner, 'try', Runner._try)


def run_here(bodies):
    runner = Runner(bodies)
    asyncio.run(runner.all(), loop_factory=ExactClock)
    return runner.lines


def run_ours(play, bodies):
    ran = subprocess.run([play], input=program_text(bodies), capture_output=True, text=True)
    return ran.stdout.splitlines() + ran.stderr.splitlines()


# ---- Comparing ---------------------------------------------------------------------------------


def smaller(body):
    """A body less one statement, or with a block in place of its statement."""
    for i, (word, *rest) in enumerate(body):
        yield body[:i] + body[i + 1 :]
        for j, part in enumerate(rest):
            if isinstance(part, list):
                yield body[:i] + part + body[i + 1 :]
                for less in smaller(part):
                    yield body[:i] + [[word, *rest[:j], less, *rest[j + 1 :]]] + body[i + 1 :]


def shrink(play, bodies):
    while True:
        for k in range(len(bodies)):
            for less in smaller(bodies[k]):
                candidate = bodies[:k] + [less] + bodies[k + 1 :]
                if run_here(candidate) != run_ours(play, candidate):
                    break
            else:
                continue
            bodies = candidate
            break
        else:
            return bodies


def main(play, seed=1, count=1000):
    lines = 0
    for n in range(int(seed), int(seed) + int(count)):
        r = random.Random(n)
        r.sync = n % 2 == 0  # what fuzz_sync.py has is in every other one
        bodies = [block(r, k) for k in range(TASKS)]
        bodies[0] = [['spawn', k] for k in r.sample(range(1, TASKS), 3)] + bodies[0]
        here, ours = run_here(bodies), run_ours(play, bodies)
        lines += len(here)
        if here != ours:
            bodies = shrink(play, bodies)
            here, ours = run_here(bodies), run_ours(play, bodies)
            print('SEED=%d differs:\n%s' % (n, program_text(bodies)))
            for i in range(max(len(here), len(ours))):
                a, b = here[i : i + 1], ours[i : i + 1]
                print('%s %-30s %s' % (' ' if a == b else '!', *(a or ['-']), *(b or ['-'])))
            sys.exit(1)
    print('%s programs, %d lines: asyncio and ours print the same' % (count, lines))


if __name__ == '__main__':
    main(*sys.argv[1:])
