"""What the further scenarios are written with: the words of oracle.h, in Python."""

import asyncio
import sys
from asyncio import CancelledError, TimeoutError, create_task, sleep


class E(Exception):
    """A scenario's own error: EIO."""


class Other(Exception):
    """Another one: EPIPE."""


def p(*words):
    print(*words, flush=True)


def rc(error):
    """An exception as C has it."""
    names = {CancelledError: 'ECANCELED', TimeoutError: 'ETIMEDOUT', Other: 'EPIPE'}
    return names.get(type(error), 'EIO')


async def run(awaitable):
    """What it comes to, as C has it. For a group that is its first error."""
    try:
        result = await awaitable
        return '0' if result is None else str(result)
    except BaseExceptionGroup as group:
        return rc(group.exceptions[0])
    except BaseException as error:
        return rc(error)


async def child(name, ms, error=None, cleanup_error=None, cleanup_ms=0):
    """Sleeps, then fails or returns `ms`. Says how it ended."""
    try:
        await sleep(ms / 1000)
    except CancelledError:
        p(name, 'cancelled')
        if cleanup_ms:
            await sleep(cleanup_ms / 1000)
            p(name, 'cleaned up')
        if cleanup_error:
            raise cleanup_error
        raise
    if error:
        p(name, 'fails')
        raise error
    p(name, 'ends')
    return ms


def since(*version):
    """For a scenario that older ones play in another way."""

    def mark(scenario):
        scenario.since = version
        return scenario

    return mark


def tell(loop, context):
    """The exception handler of every scenario."""
    who = context.get('task') or context.get('future')
    name = who.get_name() if isinstance(who, asyncio.Task) else 'a future'
    p('told:', name, rc(context['exception']))


async def play(scenarios):
    asyncio.get_running_loop().set_exception_handler(tell)
    for scenario in scenarios:
        p('==', scenario.__name__)
        if getattr(scenario, 'since', (3, 12)) > sys.version_info[:2]:
            p('(of Python %d.%d)' % scenario.since)
        else:
            await create_task(scenario())


def main(*scenarios):
    asyncio.run(play(scenarios))
