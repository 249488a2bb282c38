"""Which notebooks run at the same time."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.runs import schedule

ranks = st.lists(st.integers(1, 5), max_size=6)


@given(waiting=ranks, running=ranks, jobs=st.integers(1, 4), slots=st.none() | st.integers(1, 8))
def test_ranks_never_exceed_slots(
    waiting: list[int], running: list[int], jobs: int, slots: int | None
) -> None:
    """Nor notebooks their number; where nothing runs, something starts."""
    places = schedule.startable(waiting, running, jobs, slots)
    taken = running + [waiting[place] for place in places]
    if places:
        assert len(taken) <= jobs
    if places and len(taken) > 1:
        assert slots is not None
        assert sum(taken) <= slots
    if waiting and not running:
        assert places


@pytest.mark.parametrize(
    ("waiting", "running", "jobs", "slots", "expected"),
    [
        ([2, 2, 2], [], 1, 8, [0]),
        ([2, 2, 2], [], 3, 4, [0, 1]),
        ([4, 1], [2], 3, 4, [1]),
        ([9], [], 3, 4, [0]),
        ([9], [1], 3, 4, []),
        ([1, 1], [], 3, None, [0]),
    ],
)
def test_what_starts(
    waiting: list[int], running: list[int], jobs: int, slots: int | None, expected: list[int]
) -> None:
    """The first that fit, in order; one that never fits runs alone."""
    assert schedule.startable(waiting, running, jobs, slots) == expected


def test_all_run_in_time_and_results_come_in_order() -> None:
    """Ranks that run together never exceed the slots, and as many run as may."""
    busy: list[int] = []
    most: list[int] = []

    async def one(number: int, wanted: int) -> int:
        busy.append(wanted)
        most.append(sum(busy))
        await asyncio.sleep(0.01 * (5 - number))
        busy.remove(wanted)
        return number

    work = [
        (wanted, lambda n=n, wanted=wanted: one(n, wanted)) for n, wanted in enumerate([2, 1, 3, 1])
    ]
    assert asyncio.run(schedule.all_of(work, 4, 4)) == [0, 1, 2, 3]
    assert max(most) == 4


def test_where_one_raises_the_others_are_cancelled() -> None:
    """And waited for: what they have to clean up is clean when the error is seen."""
    cleaned: list[int] = []

    async def waits() -> None:
        try:
            await asyncio.sleep(600)
        finally:
            await asyncio.sleep(0.01)
            cleaned.append(1)

    async def raises() -> None:
        await asyncio.sleep(0.01)
        message = "no"
        raise LookupError(message)

    with pytest.raises(LookupError):
        asyncio.run(schedule.all_of([(1, waits), (1, raises)], 2, 2))
    assert cleaned == [1]
