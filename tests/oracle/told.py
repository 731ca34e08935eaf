"""What asyncio does: names, and an error that nobody asked for. Their C is in scenarios_told.c."""

import gc
from asyncio import *

from words import *


async def told_when_dropped():
    """A task that nobody holds is told when it ends, at once."""
    create_task(child('a', 2, E()), name='detached')
    await sleep(0.004)
    p('later')


async def told_when_given_up():
    """One that is held, when it is given up."""
    t = create_task(child('a', 2, E()), name='held')
    await wait([t])
    p('ended')
    del t
    gc.collect()
    p('given up')


async def told_not_when_awaited():
    t = create_task(child('a', 1, E()))
    p(await run(t))
    t = create_task(child('b', 1, E()))
    await wait([t])
    p(rc(t.exception()))
    t = create_task(child('c', 9))
    await sleep(0)
    t.cancel()
    await wait([t])


async def told_not_when_gathered():
    """Nor a sibling that fails when the gather is over."""
    p(await run(gather(child('a', 1, E()), child('b', 2, Other()))))
    await sleep(0.002)
    p('later')


async def told_not_in_a_group():
    try:
        async with TaskGroup() as group:
            group.create_task(child('a', 1, E()))
            group.create_task(child('b', 9, cleanup_error=Other()))
    except BaseExceptionGroup as caught:
        p(len(caught.exceptions))


async def told_when_shielded():
    """The waiter was cancelled before the error came: nobody has seen it."""
    t = create_task(child('a', 4, E()), name='shielded')

    async def waits():
        await shield(t)

    w = create_task(waits())
    await sleep(0.002)
    w.cancel()
    p(await run(w))
    del t
    await sleep(0.004)


async def told_not_when_waiter_was_in_turn():
    """The waiter is cancelled when the error has come, and has it under its eyes."""
    t = create_task(child('a', 2, E()), name='seen')

    async def waits():
        p(await run(t))

    w = create_task(waits())
    t.add_done_callback(lambda _: w.cancel())
    await w
    del t
    gc.collect()


async def told_of_a_future():
    f = get_running_loop().create_future()
    f.set_exception(E())
    del f
    gc.collect()
    p('later')


async def names_are_numbers():
    """Task-N, and whatever one likes."""
    a, b = create_task(child('a', 1)), create_task(child('b', 1))
    n = [int(t.get_name().removeprefix('Task-')) for t in (a, b)]
    p(n[1] - n[0])
    a.set_name('Anna')
    p(a.get_name())
    c = create_task(child('c', 1), name='Clara')
    p(c.get_name(), len(all_tasks()), int(current_task() in all_tasks()))
    await gather(a, b, c)
    p(len(all_tasks()))


if __name__ == '__main__':
    main(
        told_when_dropped, told_when_given_up, told_not_when_awaited, told_not_when_gathered,
        told_not_in_a_group, told_when_shielded, told_not_when_waiter_was_in_turn,
        told_of_a_future, names_are_numbers,
    )
