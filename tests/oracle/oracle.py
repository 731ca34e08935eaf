"""What asyncio does: 19 scenarios of tasks, gather, wait, timeouts, cancels, semaphores and queues.

    python3.12 tests/oracle/oracle.py | diff - tests/oracle/expected.txt

CPython 3.12 and 3.13 print expected.txt to the byte: then diff says nothing. The C scenarios beside
this file must print the same bytes, on every backend of the loop. EIO stands for the scenario's own
error.
"""

import asyncio
from asyncio import *


def p(*a):
    print(*a, flush=True)


def rc(e):
    return {CancelledError: 'ECANCELED', TimeoutError: 'ETIMEDOUT'}.get(type(e), 'EIO')


async def run(co):
    try:
        r = await co
        return str(r) if r is not None else '0'
    except BaseException as e:
        return rc(e)


class E(Exception):
    pass


async def s1():
    async def w(n):
        p('w', n, 'a')
        await sleep(0)
        p('w', n, 'b')
        await sleep(0)
        p('w', n, 'c')
        return n

    t = [create_task(w(i)) for i in range(3)]
    p('spawned')
    await gather(*t)
    p('done')


async def s2():
    """Gather: first error propagates, others go on."""

    async def bad():
        await sleep(0.002)
        raise E

    async def good():
        await sleep(0.006)
        p('good finished')
        return 5

    b, g = (create_task(bad()), create_task(good()))
    p(await run(gather(b, g)))
    p('good done?', int(g.done()))
    p(await run(g))


async def s3(rex):
    """Cancel a gather."""

    async def k(n):
        try:
            await sleep(1)
        except CancelledError:
            p('k', n, 'cancelled')
            raise

    async def outer():
        return await gather(k(1), k(2), return_exceptions=rex)

    t = create_task(outer())
    await sleep(0.002)
    t.cancel()
    r = await run(t)
    p(r)


async def s4():
    """One child cancelled: gather fails, sibling survives."""

    async def k(n):
        await sleep(0.004)
        p('k', n, 'ok')

    a, b = (create_task(k(1)), create_task(k(2)))
    await sleep(0)
    a.cancel()
    p(await run(gather(a, b)))
    await b


async def s5():
    """Semaphore: release then cancel the woken waiter."""
    s = Semaphore(0)

    async def w(n):
        try:
            await s.acquire()
            p('w', n, 'got')
        except CancelledError:
            p('w', n, 'cancelled')
            raise

    a, b = (create_task(w(1)), create_task(w(2)))
    await sleep(0)
    s.release()
    a.cancel()
    await sleep(0)
    await sleep(0)
    await sleep(0)
    p('b done', int(b.done()), 'value', s._value)
    b.cancel()
    await wait([a, b])


async def s6():
    """Semaphore FIFO: no barging."""
    s = Semaphore(1)

    async def w(n):
        await s.acquire()
        p('w', n)
        await sleep(0)
        s.release()

    await s.acquire()
    t = [create_task(w(i)) for i in range(3)]
    await sleep(0)
    s.release()
    t.append(create_task(w(9)))
    await gather(*t)
    p('value', s._value)


async def s7():
    """Queue: put then cancel the woken getter: item not lost."""
    q = Queue()

    async def g(n):
        try:
            p('g', n, 'item', await q.get())
        except CancelledError:
            p('g', n, 'cancelled')
            raise

    a, b = (create_task(g(1)), create_task(g(2)))
    await sleep(0)
    q.put_nowait(42)
    a.cancel()
    await sleep(0)
    await sleep(0)
    await sleep(0)
    p('b done', int(b.done()), 'size', q.qsize())
    b.cancel()
    await wait([a, b])


async def s8():
    """Queue: bounded, cancel the woken putter."""
    q = Queue(1)

    async def w(n):
        try:
            await q.put(n)
            p('put', n)
        except CancelledError:
            p('put', n, 'cancelled')
            raise

    await q.put(0)
    a, b = (create_task(w(1)), create_task(w(2)))
    await sleep(0)
    q.get_nowait()
    a.cancel()
    await sleep(0)
    await sleep(0)
    await sleep(0)
    p('b done', int(b.done()), 'size', q.qsize())
    b.cancel()
    await wait([a, b])


async def s10():
    """Child suppresses the cancel and returns a value: wait_for returns that value."""

    async def child():
        try:
            await sleep(1)
        except CancelledError:
            p('child swallowed')
            return 3

    p(await run(wait_for(create_task(child()), 0.002)))


async def s11():
    """Cancel before first step: body never runs."""

    async def never():
        p('BUG ran')

    t = create_task(never())
    t.cancel()
    p(await run(t))
    p('cancelled', int(t.cancelled()))


async def s12():
    """Edge-triggered: one cancel() gives one CancelledError, cleanup may await."""

    async def c():
        try:
            await sleep(1)
        except CancelledError:
            p('cleanup 1')
            await sleep(0.001)
            p('cleanup 2')
            raise

    t = create_task(c())
    await sleep(0)
    t.cancel()
    p(await run(t))


async def s13():
    """Nested timeouts, outer shorter."""

    async def body():
        try:
            async with timeout(0.02):
                try:
                    async with timeout(0.002):
                        await sleep(1)
                except TimeoutError:
                    p('inner timeout')
                await sleep(0.001)
                p('between')
                await sleep(1)
        except TimeoutError:
            p('outer timeout')
        p('cancelling', current_task().cancelling())

    await body()


async def s15():
    """wait(): a timeout does not cancel; FIRST_COMPLETED."""

    async def k(ms):
        await sleep(ms / 1000)
        return ms

    a, b = (create_task(k(3)), create_task(k(9)))
    d, pe = await wait([a, b], timeout=0.001)
    p(len(d))
    d, pe = await wait([a, b], return_when=FIRST_COMPLETED)
    p(len(d))
    p(int(b.cancelled()))
    await b


async def s17():
    """Cancelling the waiter cancels the awaited task."""

    async def inner():
        try:
            await sleep(1)
        except CancelledError:
            p('inner cancelled')
            raise

    i = create_task(inner())

    async def outer():
        await i

    t = create_task(outer())
    await sleep(0)
    await sleep(0)
    t.cancel()
    p(await run(t))
    p('inner', int(i.cancelled()))


async def s18():
    """Two cancels before it runs: count 2, one delivery."""

    async def c():
        n = 0
        for _ in range(3):
            try:
                await sleep(0.001)
            except CancelledError:
                n += 1
        return n

    t = create_task(c())
    await sleep(0)
    t.cancel()
    t.cancel()
    p('cancelling', t.cancelling())
    p(await run(t))


async def s20():
    """Equal deadlines run in FIFO order."""
    l = get_running_loop()
    w = l.time() + 0.002
    o = []
    for i in range(5):
        l.call_at(w, o.append, i)
    l.call_soon(o.append, 's')
    await sleep(0.005)
    p(*sorted(o[1:]))


async def s21():
    """A task that yields forever must not starve timers."""
    f = [0]
    get_running_loop().call_later(0.002, lambda: f.__setitem__(0, 1))
    while not f[0]:
        await sleep(0)
    p('not starved')


async def s24():
    """Gather of already finished + pending, one fails early; result of the rest still readable."""

    async def ok(n):
        return n

    async def bad():
        raise E

    t = [create_task(ok(1)), create_task(bad()), create_task(ok(3))]
    await wait(t)
    p(await run(gather(*t)))
    r = await gather(*t, return_exceptions=True)
    p(r[0], rc(r[1]), r[2])


async def main():
    for name, scenario in [
        ('s1', s1()),
        ('s2', s2()),
        ('s3', s3(False)),
        ('s3r', s3(True)),
        ('s4', s4()),
        ('s5', s5()),
        ('s6', s6()),
        ('s7', s7()),
        ('s8', s8()),
        ('s10', s10()),
        ('s11', s11()),
        ('s12', s12()),
        ('s13', s13()),
        ('s15', s15()),
        ('s17', s17()),
        ('s18', s18()),
        ('s20', s20()),
        ('s21', s21()),
        ('s24', s24()),
    ]:
        p('==', name)
        await scenario


asyncio.run(main())
