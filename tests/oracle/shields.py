"""What asyncio does: shield and as_completed. Their C is in scenarios_shield.c."""

from asyncio import *

from words import *


async def shield_cancelled_waiter():
    """Who waits is cancelled at once; the task goes on."""
    inner = create_task(child('inner', 4))

    async def waiter():
        await shield(inner)

    t = create_task(waiter())
    await sleep(0.002)
    t.cancel()
    p(await run(t), int(inner.done()))
    p(await run(inner))


async def shield_results():
    """A value, an error, the task's own cancel; a task that is done is no wait."""
    p(await run(shield(create_task(child('a', 1)))))
    p(await run(shield(create_task(child('b', 1, E())))))
    c = create_task(child('c', 9))
    get_running_loop().call_later(0.002, c.cancel)
    p(await run(shield(c)))
    p('cancelling', current_task().cancelling())
    d = create_task(child('d', 1))
    await wait([d])
    get_running_loop().call_soon(p, 'next pass')
    p(await run(shield(d)))
    await sleep(0)


async def shield_in_timeout():
    """So long, and then without it: it is not cancelled."""
    inner = create_task(child('inner', 4))
    p(await run(wait_for(shield(inner), 0.002)))
    p('done', int(inner.done()))
    p(await run(inner))


async def shield_turns():
    """Its waiter runs a pass later than who awaits the task itself."""
    inner = create_task(child('inner', 2))

    async def waits(name, what):
        await what
        p(name)

    a = create_task(waits('shield', shield(inner)))
    b = create_task(waits('await', inner))
    await gather(a, b)


async def as_completed_order():
    tasks = [create_task(child(n, ms, e)) for n, ms, e in (('a', 6, None), ('b', 2, None), ('c', 4, E()))]
    for one in as_completed(tasks):
        p(await run(one))
    p('after')


async def as_completed_timeout():
    """The time is over for all that are left, and they go on."""
    tasks = [create_task(child(n, ms)) for n, ms in (('a', 2), ('b', 8), ('c', 6))]
    for one in as_completed(tasks, timeout=0.004):
        p(await run(one))
    p(*[int(t.done()) for t in tasks])
    await gather(*tasks)


async def as_completed_race():
    """A task ends in the very pass in which the time is over: too late, though it is done."""
    tasks = [create_task(child('a', 2))]
    await sleep(0)
    for one in as_completed(tasks, timeout=0.002):
        p(await run(one), int(tasks[0].done()))
    await sleep(0.001)


async def as_completed_none():
    for one in as_completed([]):
        p('BUG')
    p('after')


async def as_completed_cancelled():
    """Cancelled in its wait: the tasks go on."""
    tasks = [create_task(child('a', 4))]

    async def loops():
        for one in as_completed(tasks):
            await one

    t = create_task(loops())
    await sleep(0.002)
    t.cancel()
    p(await run(t), int(tasks[0].done()))
    p(await run(tasks[0]))


if __name__ == '__main__':
    main(
        shield_cancelled_waiter, shield_results, shield_in_timeout, shield_turns,
        as_completed_order, as_completed_timeout, as_completed_race, as_completed_none,
        as_completed_cancelled,
    )
