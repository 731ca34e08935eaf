"""What asyncio does: queues that give the newest or the smallest first, and the ends of all queues.
Their C is in scenarios_orders.c."""

from asyncio import *

from words import *


class Item:
    """Compares by its urgency alone: its number tells which of several equal ones it is."""

    def __init__(self, urgency, number):
        self.urgency, self.number = urgency, number

    def __lt__(self, other):
        return self.urgency < other.urgency

    def __str__(self):
        return '%d/%d' % (self.urgency, self.number)


def fill(q, *urgencies):
    for number, urgency in enumerate(urgencies):
        q.put_nowait(Item(urgency, number))


def empty(q):
    while not q.empty():
        p(q.get_nowait())


async def priority_smallest_first():
    q = PriorityQueue()
    fill(q, 5, 1, 9, 3, 7, 2)
    p(q.get_nowait())
    q.put_nowait(Item(0, 6))
    empty(q)


async def priority_equal_ones():
    """In which order equal ones come is promised by nobody, and is heapq's."""
    q = PriorityQueue()
    fill(q, 1, 1, 1, 1, 1, 1, 1)
    empty(q)
    fill(q, 2, 1, 2, 1, 2, 1)
    empty(q)


async def priority_many():
    """Put and taken as a number says that follows from the one before it."""
    q = PriorityQueue()
    random = 1
    for number in range(120):
        random = (random * 1103515245 + 12345) % 2147483648
        if random // 65536 % 3 == 0 and not q.empty():
            p(q.get_nowait())
        else:
            q.put_nowait(Item(random // 65536 % 5, number))
    empty(q)


async def gets(name, q):
    try:
        p(name, await q.get())
    except QueueShutDown:
        p(name, 'ESHUTDOWN')


async def puts(q, item):
    try:
        await q.put(item)
        p('put', item)
    except QueueShutDown:
        p('put', item, 'ESHUTDOWN')


async def priority_getters_in_turn():
    """The first that has waited gets the smallest of those that came, not the first that came."""
    q = PriorityQueue()
    t = [create_task(gets(n, q)) for n in 'abc']
    await sleep(0)
    fill(q, 3, 1, 2)
    await wait(t)


async def priority_putters_in_turn():
    """Who waits for room waits in turn, however urgent his item is."""
    q = PriorityQueue(1)
    fill(q, 5)
    t = [create_task(puts(q, Item(n, n))) for n in (9, 1)]
    await sleep(0)
    for _ in range(3):
        await gets('got', q)
    await wait(t)


async def lifo_newest_first():
    q = LifoQueue(3)
    fill(q, 1, 2, 3)
    try:
        q.put_nowait(Item(4, 4))
    except QueueFull:
        p('EAGAIN')
    p(q.get_nowait())
    q.put_nowait(Item(5, 5))
    empty(q)


async def lifo_getters_in_turn():
    q = LifoQueue()
    t = [create_task(gets(n, q)) for n in 'ab']
    await sleep(0)
    fill(q, 1, 2)
    await wait(t)


async def joins(name, q):
    await q.join()
    p(name, 'joined')


@since(3, 13)
async def shutdown_immediate():
    """What is in it is gone and counts as done."""
    q = Queue(2)
    fill(q, 1, 2)
    t = [create_task(c) for c in (puts(q, Item(3, 3)), joins('a', q), joins('b', q))]
    await sleep(0)
    q.shutdown(immediate=True)
    p(q.qsize(), q._unfinished_tasks)
    await wait(t)
    await gets('get', q)


@since(3, 13)
async def shutdown_immediate_while_one_works():
    """What was taken is still somebody's work."""
    q = PriorityQueue()
    fill(q, 2, 1)
    t = create_task(joins('a', q))
    await gets('got', q)
    q.shutdown(immediate=True)
    await sleep(0.001)
    p('done', int(t.done()))
    q.task_done()
    await t


@since(3, 13)
async def shutdown_twice():
    """First gently, then the rest is given up."""
    q = LifoQueue()
    fill(q, 1, 2, 3)
    q.shutdown()
    await gets('got', q)
    q.shutdown(immediate=True)
    await gets('got', q)
    p(q._unfinished_tasks)


@since(3, 13)
async def shutdown_with_putter_in_turn():
    """There is room already, and it was woken for it; the shutdown comes first."""
    q = Queue(1)
    fill(q, 1)
    t = create_task(puts(q, Item(2, 2)))
    await sleep(0)
    await gets('got', q)
    q.shutdown()
    await t
    p(q.qsize())


@since(3, 13)
async def shutdown_with_getter_in_turn():
    """An item came for the first, and the end for both."""
    q = Queue()
    t = [create_task(gets(n, q)) for n in 'ab']
    await sleep(0)
    fill(q, 1)
    q.shutdown()
    await wait(t)


if __name__ == '__main__':
    main(
        priority_smallest_first, priority_equal_ones, priority_many, priority_getters_in_turn,
        priority_putters_in_turn, lifo_newest_first, lifo_getters_in_turn, shutdown_immediate,
        shutdown_immediate_while_one_works, shutdown_twice, shutdown_with_putter_in_turn,
        shutdown_with_getter_in_turn,
    )
