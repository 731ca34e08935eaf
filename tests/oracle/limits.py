"""What asyncio does: semaphores and queues. Their C is in scenarios_permits.c and scenarios_queues.c."""

from asyncio import *

from words import *


async def semaphore_user(name, semaphore, ms):
    """Holds a permit for so long."""
    try:
        await semaphore.acquire()
    except CancelledError:
        p(name, 'cancelled')
        raise
    p(name, 'has one')
    await sleep(ms / 1000)
    semaphore.release()
    p(name, 'gives it back')


async def semaphore_turns():
    """Two permits, four users: first come, first served."""
    s = Semaphore(2)
    await gather(*[semaphore_user(n, s, ms) for n, ms in (('a', 2), ('b', 4), ('c', 3), ('d', 1))])
    p(s._value, int(s.locked()))


async def semaphore_waiter_cancelled():
    """Before its turn: it takes nobody's place, and nothing with it."""
    s = Semaphore(1)
    a, b, c = [create_task(semaphore_user(n, s, 4)) for n in 'abc']
    await sleep(0.002)
    b.cancel()
    await wait([a, b, c])
    p(s._value, int(b.cancelled()))


async def semaphore_no_overtaking():
    """Who releases and asks again comes last."""
    s = Semaphore(1)

    async def greedy():
        for i in range(2):
            await s.acquire()
            p('greedy', i)
            await sleep(0.001)
            s.release()

    await gather(greedy(), semaphore_user('a', s, 1), semaphore_user('b', s, 1))


async def semaphore_two_released():
    """Two at once, three wait: two come in, in their order."""
    s = Semaphore(0)
    t = [create_task(semaphore_user(n, s, 1)) for n in 'abc']
    await sleep(0)
    s.release()
    s.release()
    p(s._value, int(s.locked()))
    await wait(t)
    p(s._value)


async def semaphore_bounded():
    s = BoundedSemaphore(1)
    p(int(s.locked()))
    await s.acquire()
    p(int(s.locked()))
    s.release()
    try:
        s.release()
        p('BUG')
    except ValueError:
        p('EOVERFLOW')


async def semaphore_in_timeout():
    """The time is over before its turn; the permit goes to whoever is next."""
    s = Semaphore(1)

    async def hasty():
        async with timeout(0.002):
            await semaphore_user('hasty', s, 1)

    a, h, b = create_task(semaphore_user('a', s, 4)), create_task(hasty()), create_task(semaphore_user('b', s, 1))
    p(await run(h))
    await gather(a, b)
    p(s._value)


async def asyncio_270():
    """Handed a permit, and cancelled before it has run: the permit goes to the next."""
    s = Semaphore(0)
    t = [create_task(semaphore_user(n, s, 1)) for n in 'ab']
    await sleep(0)
    s.release()
    t[0].cancel()
    await wait(t)
    p(s._value, int(s.locked()))


async def gh_90155():
    """The key of a hotel room: who has it gives it back and cancels the next in line; the room is not lost."""
    s = Semaphore(1)
    t = {}

    async def leaves_and_cancels():
        await semaphore_user('zero', s, 2)
        t['one'].cancel()

    t['zero'] = create_task(leaves_and_cancels())
    t['one'] = create_task(semaphore_user('one', s, 2))
    await wait(t.values())
    await semaphore_user('two', s, 1)
    p(s._value, int(s.locked()))


async def gh_90155_released_often():
    """Three permits at once, the first two in line are cancelled: the others come in at once, in their order."""
    s = Semaphore(0)
    t = [create_task(semaphore_user(n, s, 2)) for n in 'abcd']
    await sleep(0)
    for _ in range(3):
        s.release()
    t[0].cancel()
    t[1].cancel()
    late = create_task(semaphore_user('late', s, 1))
    await wait([*t, late])
    p(s._value, int(s.locked()))


async def queue_hand_over():
    """A full queue makes its producer wait, an empty one its consumer."""
    q = Queue(1)

    async def produces():
        for n in range(1, 5):
            await q.put(n)
            p('put', n)

    async def consumes():
        for _ in range(4):
            n = await q.get()
            p('got', n)
            await sleep(0)
            q.task_done()

    await gather(produces(), consumes())
    await q.join()
    p(q.qsize(), int(q.empty()), int(q.full()))


async def queue_getters_in_turn():
    q = Queue()

    async def gets(name):
        p(name, await q.get())

    t = [create_task(gets(n)) for n in 'abc']
    await sleep(0)
    for n in (1, 2, 3):
        q.put_nowait(n)
    p('put')
    await wait(t)


async def queue_getter(name, queue):
    try:
        p(name, await queue.get())
    except CancelledError:
        p(name, 'cancelled')
        raise


async def bpo_23812_get():
    """An item is put for a getter, who is cancelled before it has run: the next one gets it."""
    q = Queue()
    t = [create_task(queue_getter(n, q)) for n in 'ab']
    await sleep(0)
    q.put_nowait(1)
    t[0].cancel()
    await wait(t)
    p(q.qsize())


async def bpo_23812_put():
    """Room is made for a putter, who is cancelled before it has run: the next one puts."""
    q = Queue(1)
    q.put_nowait(1)

    async def puts(n):
        try:
            await q.put(n)
            p('put', n)
        except CancelledError:
            p(n, 'cancelled')
            raise

    t = [create_task(puts(n)) for n in (2, 3)]
    await sleep(0)
    p(q.get_nowait())
    t[0].cancel()
    await wait(t)
    p(q.get_nowait(), q.qsize())


async def queue_join_waits():
    """Until all is reported done, not until the queue is empty."""
    q = Queue()
    for n in (1, 2):
        q.put_nowait(n)

    async def joins():
        await q.join()
        p('joined')

    t = create_task(joins())
    await sleep(0)
    q.get_nowait()
    q.get_nowait()
    q.task_done()
    await sleep(0.001)
    p('one is left', int(t.done()))
    q.task_done()
    await t
    try:
        q.task_done()
    except ValueError:
        p('EINVAL')


async def queue_not_now():
    q = Queue(1)
    try:
        q.get_nowait()
    except QueueEmpty:
        p('EAGAIN')
    q.put_nowait(1)
    try:
        q.put_nowait(2)
    except QueueFull:
        p('EAGAIN')
    p(q.get_nowait())


async def said(name, awaitable):
    try:
        result = await awaitable
        p(name, 0 if result is None else result)
    except QueueShutDown:
        p(name, 'ESHUTDOWN')


@since(3, 13)
async def queue_shut_down():
    """What is in it is still taken; who waits to put is told at once."""
    q = Queue(1)
    q.put_nowait(1)
    t = create_task(said('put', q.put(2)))
    await sleep(0)
    q.shutdown()
    await said('get', q.get())
    await said('get', q.get())
    await said('put', q.put(3))
    await t


@since(3, 13)
async def queue_shut_down_waiting():
    """Two wait for what will not come."""
    q = Queue()
    t = [create_task(said(n, q.get())) for n in 'ab']
    await sleep(0)
    q.shutdown()
    p('shut down')
    await wait(t)


if __name__ == '__main__':
    main(
        semaphore_turns, semaphore_waiter_cancelled, semaphore_no_overtaking,
        semaphore_two_released, semaphore_bounded, semaphore_in_timeout, asyncio_270, gh_90155,
        gh_90155_released_often, queue_hand_over, queue_getters_in_turn, bpo_23812_get,
        bpo_23812_put, queue_join_waits, queue_not_now, queue_shut_down, queue_shut_down_waiting,
    )
