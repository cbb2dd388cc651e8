import asyncio
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simcom_async.at.event import Event, Gap, LateReply, LineEvent, PayloadChunk, ReplyLine, UrcLine
from simcom_async.at.message import Urc
from simcom_async.errors import PortLost, UsageError
from simcom_async.link.bus import EventBus
from simcom_async.link.subscription import Overflow
from simcom_async.ports.clock import ManualClock

from .words import Level, Other, State, Topic, chunk, late, level, other, reply, tagged


@pytest.fixture
def clock():
    return ManualClock(start=100.0)


@pytest.fixture
def bus(clock):
    return EventBus(clock)


def numbers(items):
    return [(item.count, item.first, item.last) if isinstance(item, Gap) else item.sequence for item in items]


def test_events_are_numbered_and_timed(bus, clock):
    first, second = level(1), other()
    bus.publish(first)
    clock.advance(2.5)
    bus.publish(second)
    assert (first.sequence, first.time) == (1, 100.0)
    assert (second.sequence, second.time) == (2, 102.5)
    assert bus.sequence == 2


def test_events_of_one_read_have_one_time(bus):
    events = [level(1), other(), chunk()]
    bus.publish_all(events, 7.0)
    assert [(event.sequence, event.time) for event in events] == [(1, 7.0), (2, 7.0), (3, 7.0)]


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (Event, [1, 2, 3, 4, 5]),
        (LineEvent, [1, 2, 3, 4]),
        (UrcLine, [1, 2]),
        (ReplyLine, [3]),
        (LateReply, [4]),
        (PayloadChunk, [5]),
    ],
)
def test_an_event_class_delivers_its_subtypes(bus, kind, wanted):
    subscription = bus.subscribe(kind)
    bus.publish_all([level(1), other(), reply(), late(), chunk()], 0.0)
    assert numbers(subscription.take()) == wanted


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (Level, [Level(tank=3, level=9)]),
        (Topic, [Level(tank=3, level=9)]),
        (Other, [Other(number=4)]),
        (Urc, [Level(tank=3, level=9), Other(number=4), State(number=1)]),
        (State, [State(number=1)]),
    ],
)
def test_a_message_class_delivers_messages_and_its_subtypes(bus, kind, wanted):
    subscription = bus.subscribe(kind)
    bus.publish_all([level(3, 9), other(4), reply(1), late(5), chunk()], 0.0)
    assert subscription.take() == wanted


def test_a_late_reply_answers_nobody_who_asked_for_the_message(bus):
    messages, lates = bus.subscribe(Other), bus.subscribe(LateReply)
    bus.publish(late(5))
    assert messages.take() == []
    assert numbers(lates.take()) == [1]


def test_several_types_deliver_an_event_once_and_each_as_it_was_asked_for(bus):
    subscription = bus.subscribe(UrcLine, Urc, Other)
    bus.publish_all([level(1), reply(2)], 0.0)
    first, second = subscription.take()
    assert isinstance(first, UrcLine)
    assert second == State(number=2)


def test_who_comes_and_goes_between_events_of_a_known_sort_is_served(bus):
    bus.publish(level(1))
    early = bus.subscribe(Level)
    bus.publish(level(2))
    late_one = bus.subscribe(Topic)
    bus.publish(level(3))
    early.close()
    bus.publish(level(4))
    assert [message.tank for message in early.take()] == [2, 3]
    assert [message.tank for message in late_one.take()] == [3, 4]


def test_the_message_is_built_once_for_all(bus):
    one, two = bus.subscribe(Level), bus.subscribe(Topic)
    bus.publish(level(1))
    assert one.take()[0] is two.take()[0]


def test_nobody_pays_for_a_message_that_nobody_reads(bus):
    bus.subscribe(Level)
    event = level(1)
    bus.publish(event)
    assert not hasattr(event, "_message")


@pytest.mark.parametrize("kinds", [(), (int,), (UrcLine, str), ("Level",)])
def test_only_events_and_messages_can_be_asked_for(bus, kinds):
    with pytest.raises(UsageError):
        bus.subscribe(*kinds)


def test_a_bound_is_at_least_one(bus):
    with pytest.raises(UsageError, match="bound"):
        bus.subscribe(Level, bound=0)


async def test_publishing_never_waits_for_a_reader(bus):
    """Law 7: ten thousand events pass subscriptions of each policy that nobody reads, in one turn of the loop."""
    turns = 0

    async def count():
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counter = asyncio.create_task(count())
    slow = [bus.subscribe(UrcLine, bound=16, overflow=overflow) for overflow in Overflow]
    seen = []
    bus.on(UrcLine, lambda event: seen.append(event.sequence))
    for number in range(10_000):
        bus.publish(level(number))
    assert turns == 0
    assert seen == list(range(1, 10_001))
    assert [subscription.pending <= 17 for subscription in slow] == [True] * 4
    counter.cancel()


def test_a_callback_gets_events_in_the_turn_of_the_publisher(bus):
    seen = []
    bus.on(Level, seen.append)
    bus.publish(level(1, 2))
    assert seen == [Level(tank=1, level=2)]


def test_a_failing_callback_is_reported_and_disturbs_nobody(bus, caplog):
    seen = []

    def fail(event):
        raise ValueError("broken")

    before = bus.on(UrcLine, lambda event: seen.append(("before", event.sequence)))
    broken = bus.on(UrcLine, fail)
    after = bus.on(UrcLine, lambda event: seen.append(("after", event.sequence)))
    with caplog.at_level(logging.ERROR, "simcom_async.link"):
        bus.publish(level(1))
        bus.publish(level(2))
    assert seen == [("before", 1), ("after", 1), ("before", 2), ("after", 2)]
    assert [listener.faults for listener in (before, broken, after)] == [0, 2, 0]
    assert [record.exc_info[0] for record in caplog.records] == [ValueError, ValueError]


def test_what_a_callback_publishes_follows_in_order_for_all(bus):
    seen = []
    bus.on(Level, lambda message: bus.publish(other(message.tank)))
    bus.on(UrcLine, lambda event: seen.append(event.sequence))
    subscription = bus.subscribe(UrcLine)
    bus.publish_all([level(1), level(2)], 0.0)
    assert seen == [1, 2, 3, 4]
    assert [event.message for event in subscription.take()] == [
        Level(tank=1, level=0),
        Level(tank=2, level=0),
        Other(number=1),
        Other(number=2),
    ]


def test_a_callback_may_end_itself_and_others(bus):
    seen = []
    second = None

    def once(message):
        seen.append(message.tank)
        first.close()
        second.close()

    first = bus.on(Level, once)
    second = bus.on(Level, lambda message: seen.append("second"))
    bus.publish(level(1))
    bus.publish(level(2))
    assert seen == [1]


async def test_a_callback_may_start_a_task_that_uses_the_bus(bus):
    done = asyncio.Event()

    async def work():
        bus.publish(other(7))
        done.set()

    tasks = []
    bus.on(Level, lambda message: tasks.append(asyncio.create_task(work())))
    others = bus.subscribe(Other)
    bus.publish(level(1))
    await done.wait()
    assert others.take() == [Other(number=7)]


def test_a_callback_is_a_subscription_without_anything_to_read(bus):
    listener = bus.on(Level, lambda message: None)
    bus.publish(level(1))
    assert listener.take() == []


async def test_closing_wakes_the_readers_behind_what_waits(bus):
    subscription, expectation = bus.subscribe(Level), bus.expect(Other)
    read = []

    async def reader():
        async for message in subscription:
            read.append(message.tank)
        read.append("end")

    reading = asyncio.create_task(reader())
    waiting = asyncio.create_task(expectation.get(None))
    await asyncio.sleep(0)
    bus.publish(level(1))
    bus.close()
    await reading
    assert read == [1, "end"]
    with pytest.raises(UsageError):
        await waiting
    bus.close()


async def test_closing_with_an_error_raises_it_in_the_readers_behind_what_waits(bus):
    subscription, expectation = bus.subscribe(Level), bus.expect(Other)
    waiting = asyncio.create_task(expectation.get(None))
    await asyncio.sleep(0)
    bus.publish(level(1))
    bus.close(PortLost("memory was unplugged", port="memory"))
    assert await subscription.get() == Level(tank=1, level=0)
    with pytest.raises(PortLost):
        await subscription.get()
    with pytest.raises(PortLost):
        await waiting
    with pytest.raises(PortLost):
        await bus.subscribe(Level).get()


def test_events_from_a_number_on_can_be_had_again(bus):
    for number in range(5):
        bus.publish(level(number))
    bus.publish(other())
    subscription = bus.subscribe(Level, since=3)
    bus.publish(level(9))
    assert [message.tank for message in subscription.take()] == [3, 4, 9]


def test_more_than_the_ring_has_gives_a_gap_first(clock):
    bus = EventBus(clock, replay_events=3)
    for number in range(10):
        bus.publish(level(number))
    assert numbers(bus.subscribe(UrcLine, since=2).take()) == [(5, 3, 7), 8, 9, 10]
    assert numbers(bus.subscribe(UrcLine, since=7).take()) == [8, 9, 10]
    assert numbers(bus.subscribe(UrcLine, since=10).take()) == []
    assert bus.subscribe(UrcLine, since=0).lost == 7


def test_without_a_ring_all_of_the_past_is_a_gap(clock):
    bus = EventBus(clock, replay_events=0)
    bus.publish_all([level(1), level(2)], 0.0)
    assert numbers(bus.subscribe(UrcLine, since=0).take()) == [(2, 1, 2)]


def test_payload_is_counted_and_not_kept(bus):
    bus.publish_all([level(1), chunk(), chunk(), chunk(), level(2), chunk()], 0.0)
    assert numbers(bus.subscribe(Event, since=0).take()) == [1, (3, 2, 4), 5, (1, 6, 6)]
    assert numbers(bus.subscribe(Event, since=2).take()) == [(2, 3, 4), 5, (1, 6, 6)]
    assert numbers(bus.subscribe(PayloadChunk, since=0).take()) == [(4, 2, 6)]
    assert numbers(bus.subscribe(LineEvent, since=0).take()) == [1, 5]


def test_a_replay_obeys_the_bound_of_its_subscription(bus):
    for number in range(10):
        bus.publish(level(number))
    assert numbers(bus.subscribe(UrcLine, since=0, bound=2).take()) == [(8, 1, 8), 9, 10]


def test_a_callback_that_asks_for_the_past_gets_its_own_event_once(bus):
    found = []
    bus.on(Other, lambda message: found.append(bus.subscribe(UrcLine, since=0)))
    bus.publish(level(0))
    bus.publish_all([level(1), other(), level(2)], 0.0)
    assert numbers(found[0].take()) == [1, 2, 3, 4]


def test_a_line_whose_fields_do_not_fit_is_no_message(bus):
    messages, topics, lines = bus.subscribe(Level), bus.subscribe(Topic), bus.subscribe(UrcLine)
    for text in (b"+LEVEL: 1,2", b"+LEVEL: low", b"+LEVEL: 3,4"):
        bus.publish(tagged(text))
    assert [message.tank for message in messages.take()] == [message.tank for message in topics.take()] == [1, 3]
    assert len(lines.take()) == 3


def test_a_message_asked_for_later_is_found_in_lines_that_nobody_looked_at(bus):
    bus.publish_all([tagged(b"+LEVEL: 1,2"), tagged(b"+LEVEL: low")], 0.0)
    lines = bus.subscribe(UrcLine)
    bus.publish_all([tagged(b"+LEVEL: 2,2") for _ in range(5)], 0.0)
    assert not hasattr(lines.take()[0], "_match")
    messages = bus.subscribe(Level, since=0)
    bus.publish_all([tagged(b"+LEVEL: 3,2"), *(tagged(b"+LEVEL: low") for _ in range(5))], 0.0)
    assert [message.tank for message in messages.take()] == [1, 2, 2, 2, 2, 2, 3]


WORDS = (lambda: level(1), lambda: level(2), other, reply, late, chunk, lambda: tagged(b"+LEVEL: 5,6"))


@settings(max_examples=100)
@given(
    reads=st.lists(st.lists(st.sampled_from(WORDS) | st.sampled_from(WORDS[:1]), max_size=8), max_size=10),
    callback=st.booleans(),
)
def test_events_that_come_together_are_delivered_as_one_by_one(reads, callback):
    kinds = [(Event,), (UrcLine,), (Level,), (Topic, PayloadChunk), (Urc, LateReply)]
    found = []
    for together in (True, False):
        bus = EventBus(ManualClock(), replay_events=8)
        subscriptions = [bus.subscribe(*kind, bound=10) for kind in kinds]
        if callback:
            bus.on(LineEvent, lambda event: None)
        for words in reads:
            events = [word() for word in words]
            for group in [events] if together else [[event] for event in events]:
                bus.publish_all(group, 0.0, 1000)
        subscriptions.append(bus.subscribe(Event, since=0))
        found.append([[shown(item) for item in subscription.take()] for subscription in subscriptions])
    assert found[0] == found[1]


def shown(item):
    if isinstance(item, Gap):
        return (item.count, item.first, item.last)
    return (type(item), item.sequence) if isinstance(item, Event) else item


class Lasting(Event):
    lasting = True


async def test_who_reads_only_what_outlives_a_loss_goes_on_reading(bus):
    lasting, mixed, expected = bus.subscribe(Lasting), bus.subscribe(Lasting, Level), bus.expect(Lasting)
    bus.fail(PortLost("gone"))
    bus.publish(Lasting())
    assert len(lasting.take()) == 1
    assert expected.met
    assert mixed.closed
    with pytest.raises(PortLost, match="gone"):
        await mixed.get(1)
    bus.close()
    assert lasting.closed
