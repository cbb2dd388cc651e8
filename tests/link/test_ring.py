from hypothesis import given, settings
from hypothesis import strategies as st

from simcom_async.at.event import Gap, Noise
from simcom_async.link.bus import EventBus
from simcom_async.link.ring import ReplayRing
from simcom_async.ports.clock import ManualClock

from .words import chunk


@settings(max_examples=100)
@given(
    sizes=st.lists(st.none() | st.integers(1, 60), max_size=60),
    events=st.integers(0, 8),
    octets=st.integers(0, 100),
)
def test_the_ring_never_holds_more_than_its_bounds(sizes, events, octets):
    ring = ReplayRing(events, octets)
    for number, size in enumerate(sizes, 1):
        event = chunk() if size is None else Noise(b"x" * size, 0, "noise")
        event.sequence, event.time = number, 0.0
        ring.keep_mixed([event])
        assert len(ring) <= events
        assert ring.held <= octets
    kept = ring.since(0)
    forgotten = ring.forgotten(0)
    total = sum(event.count if isinstance(event, Gap) else 1 for event in kept)
    assert total + (0 if forgotten is None else forgotten.count) == len(sizes)


def test_lines_that_came_together_are_counted_by_what_was_read():
    bus = EventBus(ManualClock(), replay_bytes=100)
    for _ in range(50):
        bus.publish_all([Noise(b"x" * 10, 0, "noise")], 0.0, 12)
        assert bus._ring.held <= 100
    assert bus._ring.held >= 50
