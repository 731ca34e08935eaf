"""For fuzz.py: statements about one lock, one semaphore of 2, one event, one condition, one barrier of 2 and one
queue of 2, which all tasks of a program share."""

import asyncio

# Behind each word how many numbers it has. Those of BLOCKS are blocks: what is done while it is held.
WORDS = {
    'set': 0, 'clear': 0, 'event_wait': 0, 'notify': 1, 'condition_wait': 0, 'barrier_wait': 0,
    'barrier_reset': 0, 'barrier_abort': 0, 'put': 0, 'get': 0, 'done': 0, 'join': 0,
}
BLOCKS = ('locked', 'permitted', 'conditioned')
NEW = ('notify', 'condition_wait', 'conditioned')  # 3.12's condition may lose a notify

OFTEN = ['set', 'clear', 'event_wait', 'event_wait', 'notify', 'notify', 'condition_wait', 'condition_wait',
         'barrier_wait', 'barrier_wait', 'barrier_wait', 'barrier_reset', 'barrier_abort', 'put', 'put', 'get', 'get',
         'done', 'done', 'join'] + 3 * list(BLOCKS)


def choose(r, depth, old):
    """A word, and its numbers."""
    words = [w for w in OFTEN if not (old and w in NEW) and (depth < 3 or w not in BLOCKS)]
    word = r.choice(words)
    return [word] + [r.randrange(1, 4) for _ in range(WORDS.get(word, 0))]


class Sync:
    """The statements, for a Runner."""

    def make_sync(self):
        self.lock, self.semaphore, self.event = asyncio.Lock(), asyncio.Semaphore(2), asyncio.Event()
        self.condition, self.barrier, self.queue = asyncio.Condition(), asyncio.Barrier(2), asyncio.Queue(2)
        self.holders = set()  # the tasks that hold its lock
        for word in WORDS:
            setattr(self, word, self.does(word))
        for word, held in zip(BLOCKS, (self.lock, self.semaphore, self.condition)):
            setattr(self, word, self.holds(word, held))

    def break_lock(self):
        """One holds it and awaits another, who wants it back and cannot be cancelled out of that: for ever."""
        if self.condition.locked():
            self.condition.release()

    async def once(self, word, numbers):
        if word == 'set':
            self.event.set()
        elif word == 'clear':
            self.event.clear()
        elif word == 'event_wait':
            await self.event.wait()
        elif word == 'notify':
            self.condition.notify(*numbers)
        elif word == 'condition_wait':
            await self.condition.wait()
        elif word == 'barrier_wait':
            return await self.barrier.wait()
        elif word == 'barrier_reset':
            await self.barrier.reset()
        elif word == 'barrier_abort':
            await self.barrier.abort()
        elif word == 'put':
            await self.queue.put(7)
        elif word == 'get':
            return await self.queue.get()
        elif word == 'done':
            self.queue.task_done()
        else:
            await self.queue.join()

    def does(self, word):
        async def statement(me, group, *numbers):
            if word == 'condition_wait' and me not in self.holders:
                return  # it would take the lock, and nobody would release it
            await self.said(me, word, self.once(word, numbers))

        return statement

    def holds(self, word, held):
        async def inside(me, group, body):
            async with held:
                self.say(me, 'holds', 0)
                if held is self.condition:
                    self.holders.add(me)
                try:
                    await self.block(me, body, group)
                finally:
                    if held is self.condition:
                        self.holders.discard(me)

        async def statement(me, group, body):
            if held is self.condition and me in self.holders:
                return  # it would release the lock twice, and then another's
            await self.said(me, word, inside(me, group, body))

        return statement
