"""What asyncio does: task groups. Their C is in scenarios_groups.c."""

from asyncio import *

from words import *


async def body(group, work, errors):
    """An `async with` as C has it: the group's first error, and all of them in `errors`."""
    try:
        async with group:
            await work()
        return '0'
    except BaseExceptionGroup as caught:
        errors += [rc(e) for e in caught.exceptions]
        return errors[0]
    except BaseException as error:
        return rc(error)


async def group_waits():
    """The body is over first; the group is when its children are."""
    async with TaskGroup() as group:
        group.create_task(child('a', 2))
        group.create_task(child('b', 4))
        p('body ends')
    p('after')


async def group_of_nobody():
    async with TaskGroup():
        pass
    p('after')


async def group_error():
    """The first error cancels the rest; the parent, who waits in the end, is not cancelled by it."""
    errors = []
    group = TaskGroup()

    async def work():
        group.create_task(child('a', 2, E()))
        group.create_task(child('b', 9, cleanup_ms=3))

    p(await body(group, work, errors))
    p('errors', *errors)


@since(3, 13)
async def group_error_count():
    """And its count of cancels is as before."""
    await group_error()
    p('cancelling', current_task().cancelling())


async def group_error_elsewhere():
    """The parent waits for something else: that wait is cancelled."""
    errors = []
    group = TaskGroup()

    async def work():
        group.create_task(child('a', 2, E()))
        await child('body', 50)

    p(await body(group, work, errors))
    p('errors', *errors, 'cancelling', current_task().cancelling())
    await sleep(0.001)
    p('goes on')


async def group_several_errors():
    """Each is reported, in the order of ending."""
    errors = []
    group = TaskGroup()

    async def work():
        group.create_task(child('a', 9, cleanup_error=Other()))
        group.create_task(child('b', 2, E()))

    p(await body(group, work, errors))
    p('errors', *errors)


async def group_body_error():
    """The body's error cancels the children, and is the last of the errors."""
    errors = []
    group = TaskGroup()

    async def work():
        group.create_task(child('a', 9, cleanup_error=Other()))
        await sleep(0)
        raise E

    p(await body(group, work, errors))
    p('errors', *errors)


async def group_cancelled_in_body():
    group = TaskGroup()

    async def parent():
        async with group:
            group.create_task(child('a', 9))
            await child('body', 9)

    t = create_task(parent())
    await sleep(0.002)
    t.cancel()
    p(await run(t), int(t.cancelled()), t.cancelling())


async def group_cancelled_at_end():
    """While it waits for its children, which need time to end."""

    async def parent():
        async with TaskGroup() as group:
            group.create_task(child('a', 9, cleanup_ms=2))

    t = create_task(parent())
    await sleep(0.002)
    t.cancel()
    p(await run(t), int(t.cancelled()))


async def group_cancelled_twice():
    """The second cancel of the parent is not handed on: the children have theirs."""

    async def parent():
        async with TaskGroup() as group:
            group.create_task(child('a', 9, cleanup_ms=4))

    t = create_task(parent())
    await sleep(0.002)
    t.cancel()
    await sleep(0.002)
    t.cancel()
    p(await run(t), t.cancelling())


@since(3, 13)
async def group_error_and_cancel():
    """Both at once: the error is returned, and the cancel comes with the next wait."""
    errors = []

    async def parent():
        group = TaskGroup()

        async def work():
            group.create_task(child('a', 2, E()))
            group.create_task(child('b', 9, cleanup_ms=4))

        p(await body(group, work, errors), *errors)
        p('cancelling', current_task().cancelling())
        p('next wait', await run(sleep(0.001)))

    t = create_task(parent())
    await sleep(0.004)
    t.cancel()
    p(await run(t))


async def group_child_cancelled():
    """A child that is cancelled by others is no error: its siblings go on."""
    async with TaskGroup() as group:
        a = group.create_task(child('a', 9))
        group.create_task(child('b', 4))
        await sleep(0.002)
        a.cancel()
    p('after', int(a.cancelled()))


async def group_child_spawns():
    """Into the group that it is in, when the body is over."""
    group = TaskGroup()

    async def spawns():
        await sleep(0.002)
        group.create_task(child('grandchild', 2))
        p('spawned')

    async with group:
        group.create_task(spawns())
    p('after')


async def try_spawn(group):
    try:
        group.create_task(child('late', 1))
        p('BUG spawned')
    except RuntimeError:
        p('refused')


async def group_refuses():
    """A child while it is being cancelled, and one when it has ended."""
    errors = []
    group = TaskGroup()

    async def spawns_late():
        try:
            await sleep(0.009)
        finally:
            await try_spawn(group)

    async def work():
        group.create_task(spawns_late())
        group.create_task(child('a', 2, E()))

    p(await body(group, work, errors))
    await try_spawn(group)


async def group_nested():
    """The inner one's error is the outer one's, and cancels the outer one's child."""
    errors = []
    outer = TaskGroup()

    async def work():
        outer.create_task(child('outer child', 50))
        inner_errors = []
        inner = TaskGroup()

        async def inner_work():
            inner.create_task(child('inner child', 2, E()))
            inner.create_task(child('sibling', 9))

        text = await body(inner, inner_work, inner_errors)
        p('inner', text)
        raise E

    p('outer', await body(outer, work, errors))


async def group_nested_outer_fails():
    """The outer one's child fails while the body is in the inner one."""
    errors = []
    outer = TaskGroup()

    async def work():
        outer.create_task(child('outer child', 2, E()))
        async with TaskGroup() as inner:
            inner.create_task(child('inner child', 9))
        p('BUG went on')

    p('outer', await body(outer, work, errors), 'cancelling', current_task().cancelling())


async def group_in_timeout():
    async def grouped():
        async with timeout(0.003):
            async with TaskGroup() as group:
                group.create_task(child('a', 1))
                group.create_task(child('b', 50, cleanup_ms=1))

    p(await run(grouped()), 'cancelling', current_task().cancelling())


if __name__ == '__main__':
    main(
        group_waits, group_of_nobody, group_error, group_error_count, group_error_elsewhere,
        group_several_errors, group_body_error, group_cancelled_in_body,
        group_cancelled_at_end, group_cancelled_twice, group_error_and_cancel,
        group_child_cancelled, group_child_spawns, group_refuses, group_nested,
        group_nested_outer_fails, group_in_timeout,
    )
