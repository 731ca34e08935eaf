"""What asyncio does: cancels in every moment, futures and their callbacks.

Their C is in scenarios_cancels.c and scenarios_futures.c.
"""

from asyncio import *

from words import *


async def cancel_in_cleanup():
    """A second cancel ends the cleaning up, too."""
    t = create_task(child('a', 9, cleanup_ms=9))
    await sleep(0.002)
    t.cancel()
    await sleep(0.002)
    p('again', int(t.cancel()))
    p(await run(t), t.cancelling())


async def cancel_done():
    t = create_task(child('a', 1))
    await wait([t])
    p(int(t.cancel()), t.cancelling(), int(t.cancelled()))
    p(await run(t))


async def cancel_swallowed():
    """Who goes on after a cancel ends as he likes; the request stays counted."""

    async def swallows():
        try:
            await sleep(0.009)
        except CancelledError:
            p('swallowed', current_task().cancelling())
        await sleep(0.001)
        return 7

    t = create_task(swallows())
    await sleep(0.002)
    t.cancel()
    p(await run(t), int(t.cancelled()), t.cancelling())


async def cancel_error_in_cleanup():
    t = create_task(child('a', 9, cleanup_error=Other()))
    await sleep(0.002)
    t.cancel()
    p(await run(t), int(t.cancelled()))


async def cancel_self():
    """It meets the next wait."""

    async def cancels_itself():
        p('cancel', int(current_task().cancel()))
        p('still here')
        p(await run(sleep(0.001)))
        p(await run(sleep(0.001)))
        return 3

    p(await run(create_task(cancels_itself())))


async def cancel_self_and_return():
    """A cancel that nobody could deliver any more counts all the same; an error goes before it."""

    async def returns():
        current_task().cancel()
        return 3

    async def fails():
        current_task().cancel()
        raise E

    p(await run(create_task(returns())), await run(create_task(fails())))


async def cancel_of_a_yield():
    async def yields():
        p(await run(sleep(0)))
        p(await run(sleep(0)))

    t = create_task(yields())
    await sleep(0)
    t.cancel()
    await t


async def cancel_beats_completion():
    """The result is there, the waiter is queued to run, and then the cancel comes."""
    f = get_running_loop().create_future()

    async def waits():
        p('waited', await run(f))
        p('then', await run(sleep(0.001)))

    t = create_task(waits())
    await sleep(0)
    f.set_result(5)
    p(int(t.cancel()))
    await t
    p('future', f.result())


async def cancel_of_a_task_in_turn():
    """The awaited task has ended in this pass, its waiter not yet run."""
    inner = create_task(child('inner', 2))

    async def waits():
        p('waited', await run(inner))
        p('then', await run(sleep(0.001)))

    t = create_task(waits())
    inner.add_done_callback(lambda _: p('cancel', int(t.cancel())))
    await t
    p(int(inner.cancelled()), inner.result())


async def cancel_chain():
    """A waits for b, who waits for c: the innermost is cancelled, and ends first."""

    async def waits(name, what):
        try:
            await what
        finally:
            p(name, 'is told')

    c = create_task(child('c', 9, cleanup_ms=1))
    b = create_task(waits('b', c))
    a = create_task(waits('a', b))
    await sleep(0.002)
    a.cancel()
    p(await run(a), *[int(t.cancelled()) for t in (a, b, c)], b.cancelling())


async def cancel_chain_swallowed():
    """The innermost answers with a value: nobody above is cancelled."""

    async def answers():
        try:
            await sleep(0.009)
        except CancelledError:
            return 4

    async def waits(what):
        return await what

    a = create_task(waits(create_task(answers())))
    await sleep(0.002)
    a.cancel()
    p(await run(a), int(a.cancelled()), a.cancelling())


async def cancel_gather_swallowed():
    """A gather that was cancelled is, though its children answer with values."""

    async def answers(n):
        try:
            await sleep(0.009)
        except CancelledError:
            p(n, 'answers')
            return n

    async def gathers():
        return await gather(answers(1), answers(2))

    t = create_task(gathers())
    await sleep(0.002)
    t.cancel()
    p(await run(t))


async def cancel_gather_of_done():
    """Its children have all ended, the gather is about to: too late for them, not for the waiter."""

    async def gathers():
        await gather(a, b)

    a, b = create_task(child('a', 2)), create_task(child('b', 3))
    t = create_task(gathers())
    b.add_done_callback(lambda _: p('cancel', int(t.cancel())))
    p(await run(t), a.result(), b.result())


async def uncancel_counts():
    t = create_task(child('a', 9))
    await sleep(0.002)
    p(t.uncancel())
    t.cancel()
    t.cancel()
    p(t.cancelling(), t.uncancel(), t.uncancel(), t.uncancel())
    p(await run(t))


@since(3, 13)
async def uncancel_before_delivery():
    """The last request is taken back before the task could see it."""

    async def thinks_again():
        me = current_task()
        me.cancel()
        me.uncancel()
        p(await run(sleep(0.001)))
        me.cancel()
        me.cancel()
        me.uncancel()
        p(await run(sleep(0.001)))

    await create_task(thinks_again())


async def future_callbacks():
    """In the order of adding, the waiter's among them, and never inside set_result."""
    f = get_running_loop().create_future()

    async def waits():
        await f
        p('waiter')

    f.add_done_callback(lambda _: p('first'))
    t = create_task(waits())
    await sleep(0)
    f.add_done_callback(lambda _: p('last'))
    f.set_result(1)
    p('set')
    await t


async def future_callback_late():
    """Added to a future that is done it runs on the next pass, after what was queued before it."""
    f = get_running_loop().create_future()
    f.set_result(1)
    get_running_loop().call_soon(p, 'queued')
    f.add_done_callback(lambda _: p('late'))
    p('added')
    await sleep(0)
    await sleep(0)
    p('after')


async def future_callback_adds():
    """A callback that adds a callback: one pass later."""
    f = get_running_loop().create_future()

    def adds(future):
        p('first')
        future.add_done_callback(lambda _: p('third'))

    f.add_done_callback(adds)
    f.add_done_callback(lambda _: p('second'))
    f.set_result(1)
    await sleep(0)
    await sleep(0)


async def future_callback_removed():
    f = get_running_loop().create_future()

    def never(_):
        p('BUG')

    f.add_done_callback(never)
    f.add_done_callback(lambda _: p('other'))
    f.remove_done_callback(never)
    f.set_result(1)
    await sleep(0)
    await sleep(0)


async def future_done_once():
    """What is done stays as it is."""
    f = get_running_loop().create_future()
    try:
        f.result()
    except InvalidStateError:
        p('not yet')
    f.set_result(1)
    try:
        f.set_result(2)
    except InvalidStateError:
        p('done already')
    p(int(f.cancel()), await run(f))
    g = get_running_loop().create_future()
    p(int(g.cancel()), int(g.cancel()), int(g.cancelled()), await run(g))


async def future_cancelled_by_another():
    """Who waits for it is not cancelled himself, and gets the error all the same."""
    f = get_running_loop().create_future()
    get_running_loop().call_soon(f.cancel)
    p(await run(f), current_task().cancelling())


async def future_two_waiters():
    """One of two is cancelled: it takes the future, and so the other, with it."""
    f = get_running_loop().create_future()

    async def waits(name):
        p(name, await run(f))

    a, b = create_task(waits('a')), create_task(waits('b'))
    await sleep(0)
    a.cancel()
    await wait([a, b])
    p(a.cancelling(), b.cancelling())


if __name__ == '__main__':
    main(
        cancel_in_cleanup, cancel_done, cancel_swallowed, cancel_error_in_cleanup, cancel_self,
        cancel_self_and_return, cancel_of_a_yield, cancel_beats_completion, cancel_of_a_task_in_turn,
        cancel_chain, cancel_chain_swallowed, cancel_gather_swallowed, cancel_gather_of_done,
        uncancel_counts, uncancel_before_delivery, future_callbacks, future_callback_late,
        future_callback_adds, future_callback_removed, future_done_once, future_cancelled_by_another,
        future_two_waiters,
    )
