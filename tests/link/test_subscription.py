import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simcom_async.at.event import Gap, UrcLine
from simcom_async.errors import CommandTimeout, UsageError
from simcom_async.link.bus import EventBus
from simcom_async.link.subscription import Overflow, Overrun
from simcom_async.ports.clock import ManualClock

from .words import Level, level, other


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def bus(clock):
    return EventBus(clock)


def shown(items):
    return [(item.count, item.first, item.last) if isinstance(item, Gap) else item.sequence for item in items]


def publish(bus, count, tank=0):
    for _ in range(count):
        bus.publish(level(tank))


def test_drop_oldest_makes_room_and_counts(bus):
    subscription = bus.subscribe(UrcLine, bound=3, overflow=Overflow.DROP_OLDEST)
    publish(bus, 5)
    assert shown(subscription.take()) == [(2, 1, 2), 3, 4, 5]
    assert subscription.lost == 2
    publish(bus, 2)
    assert shown(subscription.take()) == [6, 7]


def test_drop_newest_keeps_what_waits_and_counts(bus):
    subscription = bus.subscribe(UrcLine, bound=3, overflow=Overflow.DROP_NEWEST)
    publish(bus, 5)
    assert shown(subscription.take()) == [1, 2, 3, (2, 4, 5)]
    publish(bus, 1)
    assert shown(subscription.take()) == [6]
    assert subscription.lost == 2


def test_a_gap_counts_only_what_was_asked_for(bus):
    subscription = bus.subscribe(Level, bound=1)
    for _ in range(3):
        bus.publish(level(1))
        bus.publish(other())
    assert shown(subscription.take()[:1]) == [(2, 1, 3)]


def test_coalescing_keeps_the_newest_of_each_key(bus):
    subscription = bus.subscribe(Level, overflow=Overflow.COALESCE, key=lambda message: message.tank)
    for tank, value in [(1, 10), (2, 20), (1, 11), (3, 30), (1, 12)]:
        bus.publish(level(tank, value))
    found = subscription.take()
    assert shown(found[:1] + found[2:3]) == [(1, 1, 1), (1, 3, 3)]
    assert [(item.tank, item.level) for item in found if isinstance(item, Level)] == [(2, 20), (3, 30), (1, 12)]
    assert subscription.lost == 2


def test_coalescing_without_a_key_goes_by_declaration(bus):
    subscription = bus.subscribe(UrcLine, overflow=Overflow.COALESCE)
    for event in (level(1), other(), level(2), other(), other()):
        bus.publish(event)
    assert shown(subscription.take()) == [(2, 1, 2), 3, (1, 4, 4), 5]


def test_coalescing_beyond_the_bound_drops_the_oldest(bus):
    subscription = bus.subscribe(UrcLine, bound=2, overflow=Overflow.COALESCE, key=lambda event: event.message.tank)
    for tank in range(4):
        bus.publish(level(tank))
    assert shown(subscription.take()) == [(2, 1, 2), 3, 4]


@pytest.mark.parametrize("key", [lambda event: 1 / 0, lambda event: []])
def test_a_failing_key_is_reported_and_nothing_is_coalesced(bus, caplog, key):
    subscription = bus.subscribe(UrcLine, overflow=Overflow.COALESCE, key=key)
    publish(bus, 2)
    assert shown(subscription.take()) == [1, 2]
    assert subscription.faults == 2
    assert len(caplog.records) == 2


async def test_fail_ends_the_subscription_with_an_error_behind_what_waits(bus):
    subscription = bus.subscribe(UrcLine, bound=2, overflow=Overflow.FAIL)
    publish(bus, 5)
    assert subscription.closed
    reading = aiter(subscription)
    assert shown([await anext(reading), await anext(reading)]) == [1, 2]
    with pytest.raises(Overrun, match="2 events waited unread, there was no room for number 3") as caught:
        await anext(reading)
    assert (caught.value.bound, caught.value.lost) == (2, 3)


async def test_a_burst_costs_one_wake_up(bus):
    subscription = bus.subscribe(UrcLine)
    batches = []

    async def read():
        async for batch in subscription.batches():
            batches.append(shown(batch))

    reading = asyncio.create_task(read())
    await asyncio.sleep(0)
    publish(bus, 3)
    await asyncio.sleep(0)
    publish(bus, 2)
    subscription.close()
    await reading
    assert batches == [[1, 2, 3], [4, 5]]


async def test_batches_end_with_the_error_of_the_subscription(bus):
    subscription = bus.subscribe(UrcLine, bound=1, overflow=Overflow.FAIL)
    publish(bus, 2)
    batches = subscription.batches()
    assert shown(await anext(batches)) == [1]
    with pytest.raises(Overrun):
        await anext(batches)


async def test_get_has_a_deadline(bus, clock):
    subscription = bus.subscribe(Level)
    waiting = asyncio.create_task(subscription.get(timeout=2.0))
    await clock.run(2.5)
    with pytest.raises(CommandTimeout, match=r"no Level within 2\.0 s"):
        await waiting
    bus.publish(level(1))
    assert await subscription.get(timeout=2.0) == Level(tank=1, level=0)


async def test_get_on_what_has_ended_is_an_error(bus):
    with bus.subscribe(Level) as subscription:
        pass
    with pytest.raises(UsageError, match="ended"):
        await subscription.get()


async def test_a_subscription_has_one_reader(bus):
    subscription = bus.subscribe(Level)
    waiting = asyncio.create_task(subscription.get())
    await asyncio.sleep(0)
    with pytest.raises(UsageError, match="second"):
        await subscription.get()
    bus.publish(level(1))
    assert (await waiting).tank == 1


async def test_a_cancelled_reader_loses_nothing(bus):
    subscription = bus.subscribe(Level)
    waiting = asyncio.create_task(subscription.get())
    await asyncio.sleep(0)
    bus.publish(level(1))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    bus.publish(level(2))
    assert [message.tank for message in subscription.take()] == [1, 2]


async def test_leaving_a_loop_loses_nothing(bus):
    subscription = bus.subscribe(Level)
    publish(bus, 3)
    async for _ in subscription:
        break
    assert len(subscription.take()) == 2


@settings(max_examples=150)
@given(
    overflow=st.sampled_from([Overflow.DROP_OLDEST, Overflow.DROP_NEWEST, Overflow.COALESCE]),
    bound=st.integers(1, 5),
    before=st.integers(0, 8),
    ring=st.integers(0, 4),
    since=st.none() | st.integers(0, 8),
    steps=st.lists(st.integers(0, 3) | st.sampled_from(["other", "take", "one"]), max_size=60),
)
def test_every_event_is_delivered_or_counted_in_its_place(overflow, bound, before, ring, since, steps):
    """Law 2, at the bus: what is read is in order, and the gaps count exactly what is missing."""
    bus = EventBus(ManualClock(), replay_events=ring)
    wanted = set()
    for number in range(before):
        bus.publish(level(number % 3))
    oldest = max(before - ring, 0)
    if since is not None:
        wanted.update(range(since + 1, before + 1))
    subscription = bus.subscribe(
        UrcLine, bound=bound, overflow=overflow, since=since, key=lambda event: getattr(event.message, "tank", None)
    )
    found = []
    for step in steps:
        if step == "take":
            found += subscription.take()
        elif step == "one":
            found += [subscription._following()()] if subscription.pending else []
        else:
            bus.publish(other() if step == "other" else level(step))
            wanted.add(bus.sequence)
        assert subscription.pending <= 2 * bound + 1
    found += subscription.take()
    place = 0
    delivered = set()
    for item in found:
        first, last = (item.first, item.last) if isinstance(item, Gap) else (item.sequence, item.sequence)
        assert place < first <= last
        place = last
        if not isinstance(item, Gap):
            delivered.add(item.sequence)
    for gap in (item for item in found if isinstance(item, Gap)):
        missing = sorted(number for number in wanted - delivered if gap.first <= number <= gap.last)
        assert (len(missing), missing[0], missing[-1]) == (gap.count, gap.first, gap.last)
    counted = sum(item.count for item in found if isinstance(item, Gap))
    assert len(delivered) + counted == len(wanted)
    assert subscription.lost == counted
    assert since is None or oldest <= since or isinstance(found[0], Gap)
