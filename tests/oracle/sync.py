"""What asyncio does: locks, events, conditions, barriers. Their C is in scenarios_sync.c and scenarios_barriers.c."""

from asyncio import *

from words import *


# ---- Lock ----------------------------------------------------------------------------------------


async def lock_user(name, lock, ms):
    """Holds the lock for so long."""
    try:
        await lock.acquire()
    except CancelledError:
        p(name, 'cancelled')
        raise
    p(name, 'has it')
    await sleep(ms / 1000)
    lock.release()
    p(name, 'gives it back')


async def lock_turns():
    l = Lock()
    await gather(*[lock_user(n, l, ms) for n, ms in (('a', 2), ('b', 1), ('c', 3))])
    p(int(l.locked()))


async def lock_no_overtaking():
    """Free, but the first in line has been woken: who comes now is behind him."""
    l = Lock()
    await l.acquire()
    t = [create_task(lock_user(n, l, 1)) for n in 'ab']
    await sleep(0)
    l.release()
    p(int(l.locked()))
    await l.acquire()
    p('I have it')
    l.release()
    await wait(t)


async def lock_not_held():
    l = Lock()
    try:
        l.release()
        p('BUG')
    except RuntimeError:
        p('EPERM')


async def lock_woken_then_cancelled():
    """bpo-27585: the wake-up is not lost."""
    l = Lock()
    await l.acquire()
    t = [create_task(lock_user(n, l, 1)) for n in 'ab']
    await sleep(0)
    l.release()
    t[0].cancel()
    await wait(t)
    p(int(l.locked()))


async def lock_cancelled_then_released():
    """bpo-32734: one in line is cancelled in the moment of a release; just one gets the lock."""
    l = Lock()
    await l.acquire()
    t = [create_task(lock_user(n, l, 4)) for n in 'abc']
    await sleep(0)
    t[0].cancel()
    l.release()
    await sleep(0.001)
    p(int(l.locked()), int(t[0].cancelled()), int(t[1].done()))
    await wait(t)


async def lock_all_in_line_are_cancelled():
    """Then who comes need not wait."""
    l = Lock()
    await l.acquire()
    t = create_task(lock_user('a', l, 1))
    await sleep(0)
    t.cancel()
    l.release()
    await l.acquire()
    p('I have it')
    await wait([t])
    l.release()


async def lock_in_timeout():
    l = Lock()

    async def hasty():
        async with timeout(0.002):
            await lock_user('hasty', l, 1)

    t = create_task(lock_user('a', l, 4)), create_task(hasty()), create_task(lock_user('b', l, 1))
    p(await run(t[1]))
    await wait(t)


# ---- Event ---------------------------------------------------------------------------------------


async def event_waiter(name, event):
    try:
        await event.wait()
        p(name, 'goes on', int(event.is_set()))
    except CancelledError:
        p(name, 'cancelled')
        raise


async def event_set_and_cleared():
    """Who was woken has been woken; who comes after the clear waits."""
    e = Event()
    t = [create_task(event_waiter(n, e)) for n in 'ab']
    await sleep(0)
    e.set()
    e.clear()
    t.append(create_task(event_waiter('c', e)))
    await sleep(0)
    await sleep(0)
    p(*[int(x.done()) for x in t])
    e.set()
    await wait(t)
    await event_waiter('d', e)


async def event_cancelled():
    """One before the set, one after it; the third is not touched."""
    e = Event()
    t = [create_task(event_waiter(n, e)) for n in 'abc']
    await sleep(0)
    t[0].cancel()
    e.set()
    t[1].cancel()
    await wait(t)
    p(*[int(x.cancelled()) for x in t])


# ---- Condition -----------------------------------------------------------------------------------


async def condition_waiter(name, condition):
    async with condition:
        p(name, 'waits')
        try:
            await condition.wait()
        except CancelledError:
            p(name, 'cancelled', int(condition.locked()))
            raise
        p(name, 'woken', int(condition.locked()))


async def condition_notifies():
    """One, then two, then all; nobody goes on before the lock is free."""
    c = Condition()
    t = [create_task(condition_waiter(n, c)) for n in 'abcde']
    await sleep(0)
    for count in (1, 2, 9):
        async with c:
            c.notify(count)
            p('notified', count)
            await sleep(0.001)
        await sleep(0.001)
    await wait(t)


async def condition_without_lock():
    c = Condition()
    for words in ('notify', 'notify_all'):
        try:
            getattr(c, words)()
            p('BUG')
        except RuntimeError:
            p('EPERM')
    try:
        await c.wait()
        p('BUG')
    except RuntimeError:
        p('EPERM')


async def condition_of_a_lock():
    """Two conditions share one lock."""
    l = Lock()
    full, empty = Condition(l), Condition(l)
    t = [create_task(condition_waiter(n, c)) for n, c in (('a', full), ('b', empty))]
    await sleep(0)
    async with l:
        p(int(full.locked()), int(empty.locked()))
        empty.notify()
    await sleep(0.001)
    async with full:
        full.notify()
    await wait(t)


async def condition_wait_for_it():
    """Each notify makes it look again."""
    c = Condition()
    state = [0]

    def is_two():
        p('looks', state[0])
        return state[0] == 2

    async def waits():
        async with c:
            await c.wait_for(is_two)
            p('it is so')

    t = create_task(waits())
    await sleep(0)
    for state[0] in (1, 2):
        async with c:
            c.notify()
        await sleep(0.001)
    await t


async def condition_cancelled():
    """bpo-22970, bpo-32841: it has the lock again, and must wait for it."""
    c = Condition()
    t = create_task(condition_waiter('a', c))
    await sleep(0)
    await c.acquire()
    t.cancel()
    await sleep(0.001)
    p('still mine', int(t.done()))
    c.release()
    await wait([t])
    p(int(t.cancelled()), int(c.locked()))


async def condition_cancelled_twice():
    """No cancel gets it out of the wait for the lock."""
    c = Condition()
    t = create_task(condition_waiter('a', c))
    await sleep(0)
    await c.acquire()
    for _ in range(3):
        t.cancel()
        await sleep(0.001)
    p('still mine', int(t.done()), t.cancelling())
    c.release()
    await wait([t])


async def gh_111693():
    """Cancelled while it takes the lock again: that cancel comes out, and no other. A timeout knows its own."""
    c = Condition()

    async def waits(limit):
        async with c:
            try:
                async with timeout(limit):
                    await c.wait()
            except BaseException as error:
                p(rc(error), int(c.locked()), current_task().cancelling())
                raise

    t = [create_task(waits(0.002)), create_task(waits(0.009))]
    await sleep(0)
    await c.acquire()
    c.notify_all()
    await sleep(0.004)  # the first one's time is over
    t[1].cancel()
    c.release()
    for one in t:
        p(await run(one))


async def consumer(name, c, state):
    async with c:
        await c.wait_for(lambda: state[0] > 0)
        state[0] -= 1
        p(name, 'takes one')


@since(3, 13)
async def gh_112202_when_woken():
    """Notified, and cancelled before it has run: another is notified in its place."""
    c, state = Condition(), [0]
    t = [create_task(consumer(n, c, state)) for n in 'ab']
    await sleep(0)
    async with c:
        state[0] = 1
        c.notify()
        t[0].cancel()
    await wait(t, timeout=0.01)
    p(state[0], int(t[0].cancelled()), int(t[1].done()))
    t[1].cancel()
    await wait(t)


@since(3, 13)
async def gh_112202_when_it_takes_the_lock():
    """The same a pass later."""
    c, state = Condition(), [0]
    t = [create_task(consumer(n, c, state)) for n in 'ab']
    await sleep(0)
    async with c:
        state[0] = 1
        c.notify()
        await sleep(0)
        t[0].cancel()
    await wait(t, timeout=0.01)
    p(state[0], int(t[0].cancelled()), int(t[1].done()))
    t[1].cancel()
    await wait(t)


# ---- Barrier -------------------------------------------------------------------------------------


async def party(name, barrier, rounds=1):
    for _ in range(rounds):
        try:
            n = await barrier.wait()
        except BrokenBarrierError:
            p(name, 'EPIPE')
            return
        except CancelledError:
            p(name, 'cancelled')
            raise
        p(name, 'passes', n)


def parties(barrier, names, rounds=1):
    return [create_task(party(n, barrier, rounds)) for n in names]


async def barrier_rounds():
    b = Barrier(3)
    t = parties(b, 'abc', 2)
    await wait(t)
    p(b.n_waiting, int(b.broken))


async def barrier_of_one():
    b = Barrier(1)
    await party('a', b, 2)
    try:
        Barrier(0)
        p('BUG')
    except ValueError:
        p('EINVAL')


async def barrier_fifth_waits():
    """Of five two pass, two more pass, and one waits for somebody."""
    b = Barrier(2)
    t = parties(b, 'abcde')
    await sleep(0.001)
    p(b.n_waiting, *[int(x.done()) for x in t])
    t += parties(b, 'f')
    await wait(t)


async def barrier_one_is_cancelled():
    """It does not count any more."""
    b = Barrier(3)
    t = parties(b, 'ab')
    await sleep(0.001)
    t[0].cancel()
    await sleep(0.001)
    p(b.n_waiting)
    t += parties(b, 'cd')
    await wait(t)


async def barrier_cancelled_while_it_drains():
    b = Barrier(2)
    t = parties(b, 'abc')
    await sleep(0)
    t[0].cancel()
    await sleep(0.001)
    p(b.n_waiting)
    t += parties(b, 'd')
    await wait(t)


async def barrier_is_reset():
    b = Barrier(3)
    t = parties(b, 'ab')
    await sleep(0.001)
    await b.reset()
    t += parties(b, 'cde')
    await wait(t)
    p(b.n_waiting, int(b.broken))
    await b.reset()


async def barrier_is_aborted():
    b = Barrier(3)
    t = parties(b, 'ab')
    await sleep(0.001)
    await b.abort()
    p(int(b.broken))
    t += parties(b, 'c')
    await wait(t)
    await b.reset()
    p(int(b.broken))
    await wait(parties(b, 'def'))


async def barrier_reset_while_it_drains():
    b = Barrier(2)
    t = parties(b, 'abc')
    t.append(create_task(b.reset()))
    await wait(t[:2])
    p(b.n_waiting)
    await wait(t + parties(b, 'd'))


if __name__ == '__main__':
    main(
        lock_turns, lock_no_overtaking, lock_not_held, lock_woken_then_cancelled,
        lock_cancelled_then_released, lock_all_in_line_are_cancelled, lock_in_timeout,
        event_set_and_cleared, event_cancelled, condition_notifies, condition_without_lock,
        condition_of_a_lock, condition_wait_for_it, condition_cancelled,
        condition_cancelled_twice, gh_111693, gh_112202_when_woken,
        gh_112202_when_it_takes_the_lock, barrier_rounds, barrier_of_one, barrier_fifth_waits,
        barrier_one_is_cancelled, barrier_cancelled_while_it_drains, barrier_is_reset, barrier_is_aborted,
        barrier_reset_while_it_drains,
    )
