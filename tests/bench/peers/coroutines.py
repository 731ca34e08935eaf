"""asyncio for comparison: "switch" passes a turn there and back by futures, "spawn" starts tasks in
crowds and awaits them, "sleepers" has COUNT of them asleep at once, "queue" passes COUNT numbers. A line of tabs, as load.c's."""
import asyncio
import sys
import time

CROWD = 100
what, count = sys.argv[1], int(sys.argv[2])


async def switches():
    loop = asyncio.get_running_loop()
    there, back = loop.create_future(), None

    async def other():
        nonlocal there
        while await there:
            there = loop.create_future()
            back.set_result(True)

    task = asyncio.create_task(other())
    await asyncio.sleep(0)
    for _ in range(count):
        back = loop.create_future()
        there.set_result(True)
        await back
    there.set_result(False)
    await task


async def spawns():
    async def empty():
        pass

    for _ in range(0, count, CROWD):
        tasks = [asyncio.create_task(empty()) for _ in range(CROWD)]
        for task in tasks:
            await task


async def sleepers():
    async def sleep_twice():
        await asyncio.sleep(0.001)
        await asyncio.sleep(0.001)

    await asyncio.gather(*(sleep_twice() for _ in range(count)))


async def queue():
    items = asyncio.Queue(1000)

    async def put_all():
        for i in range(count):
            await items.put(i)

    task = asyncio.create_task(put_all())
    for _ in range(count):
        await items.get()
    await task


jobs = {"switch": switches, "spawn": spawns, "sleepers": sleepers, "queue": queue}
begin = time.process_time_ns()
asyncio.run(jobs[what]())
metric = "wall" if what == "queue" else "cpu"  # on one thread they are the same
if what != "sleepers":  # usage.c measures those
    print(f"{what}\tasyncio\t{metric}\t{(time.process_time_ns() - begin) / count:.2f}\tns")
