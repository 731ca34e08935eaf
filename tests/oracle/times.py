"""What asyncio does: timeouts, wait, wait_for. Their C is in scenarios_times.c and scenarios_waits.c."""

from asyncio import *

from words import *


async def timed(scope, awaitable):
    async with scope:
        return await awaitable


async def timeout_outer_first():
    """The outer one ends both; the inner one hands the cancel on."""

    async def inner():
        scope = timeout(0.009)
        text = 'ended'
        try:
            async with scope:
                await child('a', 50)
        except CancelledError:
            p('inner cancelled', int(scope.expired()))
            raise

    outer = timeout(0.003)
    p('outer', await run(timed(outer, inner())), int(outer.expired()), current_task().cancelling())


async def timeout_inner_caught():
    """Three, one in another; each ends its own."""
    a, b, c = timeout(0.006), timeout(0.004), timeout(0.002)
    try:
        async with a:
            try:
                async with b:
                    p('c', await run(timed(c, sleep(1))))
                    await sleep(1)
            except TimeoutError:
                p('b ETIMEDOUT')
            await sleep(1)
    except TimeoutError:
        p('a ETIMEDOUT')
    p(current_task().cancelling())


async def timeout_in_time():
    scope = timeout(0.004)
    p(await run(timed(scope, child('a', 2))), int(scope.expired()))
    await sleep(0.004)
    p('nothing comes after')


async def timeout_swallowed():
    """The time was over, and what it was for returned a value: no error, but expired."""

    async def swallows():
        try:
            await sleep(1)
        except CancelledError:
            p('swallowed')
        await sleep(0.001)
        return 5

    scope = timeout(0.002)
    p(await run(timed(scope, swallows())), int(scope.expired()), current_task().cancelling())


async def timeout_other_error():
    scope = timeout(0.002)
    p(await run(timed(scope, child('a', 9, cleanup_error=Other()))), int(scope.expired()), current_task().cancelling())


async def timeout_of_nothing():
    """No time at all: the first wait is cancelled; without a wait nothing happens."""
    p(await run(timed(timeout(0), child('a', 1))))
    scope = timeout(0)
    async with scope:
        p('no wait')
    p(int(scope.expired()))
    p(await run(timed(timeout_at(get_running_loop().time() - 1), child('b', 1))))
    await sleep(0.001)


async def timeout_never():
    scope = timeout(None)
    p(await run(timed(scope, child('a', 2))), int(scope.when() is None), int(scope.expired()))


async def timeout_rescheduled():
    """Later, sooner, never, now."""
    loop = get_running_loop()

    async def again(first, then):
        scope = timeout(first)
        try:
            async with scope:
                scope.reschedule(None if then is None else loop.time() + then)
                await child('a', 4)
            p('in time', int(scope.expired()))
        except TimeoutError:
            p('ETIMEDOUT', int(scope.expired()))

    await again(0.002, 0.009)
    await again(0.009, 0.002)
    await again(0.002, None)
    await again(None, 0.002)
    await again(0.009, -1)


async def timeout_rescheduled_late():
    """Refused when the time is over, or the scope."""

    def reschedule(scope):
        try:
            scope.reschedule(get_running_loop().time() + 1)
            p('moved')
        except RuntimeError:
            p('refused')

    scope = timeout(0.002)
    try:
        async with scope:
            try:
                await sleep(1)
            finally:
                reschedule(scope)
    except TimeoutError:
        p('ETIMEDOUT')
    reschedule(scope)


async def timeout_and_cancel():
    """Both in one moment: the cancel is more than the timeout's own."""

    async def waits():
        p(await run(timed(timeout(0.003), child('a', 9, cleanup_ms=2))))
        p('cancelling', current_task().cancelling())
        return 1

    t = create_task(waits())
    await sleep(0.004)
    t.cancel()
    p(await run(t))


async def timeout_under_a_cancel():
    """In the cleaning up after a cancel a timeout is told from it."""

    async def waits():
        try:
            await sleep(1)
        except CancelledError:
            p(await run(timed(timeout(0.002), child('cleanup', 9))))
            p('cancelling', current_task().cancelling())
            raise

    t = create_task(waits())
    await sleep(0.002)
    t.cancel()
    p(await run(t))


async def wait_for_waits():
    """Until the child has really ended."""
    t = create_task(child('a', 9, cleanup_ms=3))
    p(await run(wait_for(t, 0.002)), int(t.cancelled()), current_task().cancelling())


async def wait_for_child_error():
    p(await run(wait_for(child('a', 1, E()), 0.009)))
    p(await run(wait_for(child('b', 9, cleanup_error=Other()), 0.002)))


async def wait_for_no_time():
    """It is cancelled before it runs; what is done already has its result."""
    t = create_task(child('a', 1))
    p(await run(wait_for(t, 0)), int(t.cancelled()))
    t = create_task(child('b', 1))
    await wait([t])
    p(await run(wait_for(t, 0)))


async def wait_for_cancelled():
    """From outside: the child is, and no timeout is told."""
    t = create_task(child('a', 9, cleanup_ms=1))

    async def waits():
        return await wait_for(t, 0.02)

    w = create_task(waits())
    await sleep(0.002)
    w.cancel()
    p(await run(w), int(t.cancelled()), int(w.cancelled()))


async def wait_for_cancelled_late():
    """The time is over, the child cleans up, and then the waiter is cancelled as well."""
    t = create_task(child('a', 9, cleanup_ms=4))

    async def waits():
        return await wait_for(t, 0.002)

    w = create_task(waits())
    await sleep(0.004)
    w.cancel()
    p(await run(w), int(t.cancelled()), int(w.cancelled()), w.cancelling())


async def wait_for_race_value():
    """The value is set a pass before the time is over: the waiter is in turn already, and has it."""
    loop = get_running_loop()
    f = loop.create_future()
    loop.call_at(loop.time() + 0.002, f.set_result, 6)
    p(await run(timed(timeout(0.0020005), f)))
    p(current_task().cancelling())
    await sleep(0.001)


async def wait_for_race_task():
    """A task in between takes a pass more: the task has its value, and its waiter is too late."""
    loop = get_running_loop()
    f = loop.create_future()

    async def waits():
        return await f

    t = create_task(waits())
    loop.call_at(loop.time() + 0.002, f.set_result, 6)
    p(await run(wait_for(t, 0.0020005)), t.result())
    p(current_task().cancelling())
    await sleep(0.001)


async def wait_for_race_time():
    """Just after it: too late."""
    loop = get_running_loop()
    f = loop.create_future()

    async def waits():
        return await f

    t = create_task(waits())
    loop.call_at(loop.time() + 0.0020005, lambda: p('set') if f.cancelled() else p('BUG'))
    p(await run(wait_for(t, 0.002)))
    p(current_task().cancelling())
    await sleep(0.001)


async def wait_until_error():
    """A cancelled one is none; the first error ends it, and the others go on."""
    a, b, c = create_task(child('a', 9)), create_task(child('b', 4, E())), create_task(child('c', 6))
    get_running_loop().call_later(0.002, a.cancel)
    done, pending = await wait([a, b, c], return_when=FIRST_EXCEPTION)
    p(len(done), int(a.done()), int(b.done()), int(c.done()))
    p(await run(c), await run(b))


async def wait_cancelled():
    """Who waits is cancelled, the tasks are not."""
    t = create_task(child('a', 4))

    async def waits():
        await wait([t])

    w = create_task(waits())
    await sleep(0.002)
    w.cancel()
    p(await run(w), int(t.done()))
    p(await run(t))


async def wait_of_done():
    """Even when all are done already it takes a pass."""
    t = create_task(child('a', 1))
    await wait([t])
    get_running_loop().call_soon(p, 'queued')
    done, pending = await wait([t])
    p(len(done), len(pending))


async def gather_of_done():
    """A gather of what is done already takes none."""
    t = create_task(child('a', 1))
    await wait([t])
    get_running_loop().call_soon(p, 'queued')
    p(*await gather(t))
    await sleep(0)


async def gather_error_then_cancel():
    """Ended by an error it is over: its siblings are not cancelled through it."""
    a, b = create_task(child('a', 2, E())), create_task(child('b', 6))

    async def gathers():
        p(await run(gather(a, b)))
        p(await run(sleep(0.009)))

    t = create_task(gathers())
    await sleep(0.003)
    t.cancel()
    await t
    p(await run(b))


if __name__ == '__main__':
    main(
        timeout_outer_first, timeout_inner_caught, timeout_in_time, timeout_swallowed,
        timeout_other_error, timeout_of_nothing, timeout_never, timeout_rescheduled,
        timeout_rescheduled_late, timeout_and_cancel, timeout_under_a_cancel, wait_for_waits,
        wait_for_child_error, wait_for_no_time, wait_for_cancelled, wait_for_cancelled_late,
        wait_for_race_value, wait_for_race_task, wait_for_race_time, wait_until_error, wait_cancelled, wait_of_done,
        gather_of_done, gather_error_then_cancel,
    )
