"""Which notebooks may run at the same time: none takes slots that another one was promised.

Two notebooks that share a cluster and want more slots than it has would each get a part of what
they need, and wait for ever for the rest.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def startable(
    waiting: Sequence[int], running: Sequence[int], jobs: int, slots: int | None
) -> list[int]:
    """Return which of the notebooks that wait can start now, by their places in the order.

    waiting, running: how many ranks each needs; jobs: how many notebooks may run at a time; slots:
    how many ranks the cluster can run at a time, ``None`` where that is not known: then one
    notebook runs at a time. One that needs more than there is runs alone: its own error says best
    what it lacks. Smaller ones may overtake one that does not fit yet.
    """
    found: list[int] = []
    taken = list(running)
    for place, ranks in enumerate(waiting):
        if len(taken) >= jobs:
            break
        fits = slots is not None and sum(taken) + ranks <= slots
        if fits or not taken:
            found.append(place)
            taken.append(ranks)
    return found


async def all_of(
    work: Sequence[tuple[int, Callable[[], Awaitable[T]]]], jobs: int, slots: int | None
) -> list[T]:
    """Do all the work, as much at a time as may be; return what each piece gave, in order.

    work: for each piece, its ranks and what starts it. Where one raises, or this is cancelled, the
    others are cancelled and waited for.
    """
    waiting = list(range(len(work)))
    running: dict[asyncio.Future[T], int] = {}
    done: dict[int, T] = {}
    try:
        while waiting or running:
            needs = [work[number][0] for number in waiting]
            busy = [work[number][0] for number in running.values()]
            started = [waiting[place] for place in startable(needs, busy, jobs, slots)]
            for number in started:
                waiting.remove(number)
                running[asyncio.ensure_future(work[number][1]())] = number
            ended, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for future in ended:
                done[running[future]] = future.result()
                del running[future]
    finally:
        for future in running:
            future.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    return [done[number] for number in range(len(work))]
