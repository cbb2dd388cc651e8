"""Two joined ends in memory."""

import asyncio
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcom_async.errors import LinkError, PortLost, UsageError
from simcom_async.ports.clock import LoopClock, ManualClock
from simcom_async.ports.memory import memory_line
from simcom_async.ports.port import LOW_WATER, OUTGOING_BOUND

pytestmark = pytest.mark.usefixtures("no_errors")


@pytest.fixture
async def line(inbox):
    """Both ends of an unlimited line with their inboxes."""
    (host, module), (hosts, modules) = memory_line(), (inbox(), inbox())
    await host.open(hosts.sink, hosts.lost)
    await module.open(modules.sink, modules.lost)
    return host, hosts, module, modules


@pytest.fixture
async def paced(inbox):
    """The same at 9600 bit/s on a manual clock: 960 bytes a second."""
    clock = ManualClock()
    (host, module), (hosts, modules) = memory_line(clock=clock, baud=9600), (inbox(), inbox())
    await host.open(hosts.sink, hosts.lost)
    await module.open(modules.sink, modules.lost)
    return clock, host, hosts, module, modules


async def test_writes_arrive_whole_in_order_and_later(line):
    host, hosts, module, modules = line
    host.write(b"AT\r")
    host.write(b"")
    host.write(b"ATI\r")
    module.write(b"RDY\r\n")
    assert (modules.reads, hosts.reads) == ([], [])
    assert (host.pending, module.pending) == (7, 5)
    await modules.holds(7)
    await hosts.holds(5)
    assert modules.reads == [b"AT\r", b"ATI\r"]
    assert hosts.reads == [b"RDY\r\n"]
    assert (host.pending, module.pending, host.url) == (0, 0, "memory")
    await host.set_baud(9600)


async def test_a_sink_that_answers_at_once_does_not_recurse(inbox):
    (host, module), done = memory_line(), asyncio.Event()

    def count(data):
        number = int(data)
        host.write(b"%d" % (number + 1)) if number < 5000 else done.set()

    await host.open(count, inbox().lost)
    await module.open(module.write, inbox().lost)
    host.write(b"0")
    await done.wait()


async def test_what_was_written_is_not_changed_by_its_writer(line):
    host, _, _, modules = line
    data = bytearray(b"abc")
    host.write(data)
    data[:] = b"xyz"
    assert await modules.holds(3) == b"abc"


async def test_bytes_to_an_end_that_is_not_open_are_lost_and_counted(inbox):
    (host, module), box = memory_line(), inbox()
    await host.open(inbox().sink, inbox().lost)
    host.write(b"lost")
    await host.drain()
    await asyncio.sleep(0)
    assert host.dropped == 4
    await module.open(box.sink, box.lost)
    host.write(b"seen")
    assert await box.holds(4) == b"seen"
    assert host.dropped == 4


async def test_pausing_holds_the_bytes_at_the_other_end(line):
    host, hosts, module, _ = line
    module.write(b"in flight")
    host.pause()
    data = os.urandom(LOW_WATER)
    module.write(data)
    draining = asyncio.ensure_future(module.drain())
    for _ in range(5):
        await asyncio.sleep(0)
    assert hosts.data == b""
    assert module.pending == LOW_WATER + 9
    assert not draining.done()
    host.resume()
    host.resume()
    await draining
    assert await hosts.holds(LOW_WATER + 9) == b"in flight" + data


async def test_a_sink_that_pauses_gets_nothing_more(inbox):
    (host, module), box = memory_line(), inbox()

    def sink(data):
        box.sink(data)
        host.pause()

    await host.open(sink, box.lost)
    await module.open(inbox().sink, inbox().lost)
    for number in range(3):
        module.write(b"%d" % number)
    for number in range(1, 4):
        for _ in range(5):
            await asyncio.sleep(0)
        assert len(box.data) == number
        host.resume()
    assert box.data == b"012"


async def test_a_writer_who_never_drains_is_refused(line):
    host, _, module, _ = line
    module.pause()
    host.write(bytes(OUTGOING_BOUND + 1))
    with pytest.raises(LinkError, match="does not take its bytes"):
        host.write(b"x")


async def test_what_was_sent_before_closing_arrives_and_nobody_is_told(line):
    host, hosts, module, modules = line
    host.write(b"last")
    module.write(b"too late")
    await host.aclose()
    await host.aclose()
    assert await modules.holds(4) == b"last"
    await asyncio.sleep(0)
    assert (modules.losses, hosts.losses, hosts.data) == ([], [], b"")
    assert module.dropped == 8
    with pytest.raises(PortLost, match="is closed"):
        host.write(b"x")
    await host.open(hosts.sink, hosts.lost)
    module.write(b"again")
    assert await hosts.holds(5) == b"again"


async def test_closing_a_paused_end_frees_the_wire(line):
    host, _, module, _ = line
    module.pause()
    host.write(bytes(LOW_WATER + 1))
    draining = asyncio.ensure_future(host.drain())
    await asyncio.sleep(0)
    await module.aclose()
    await draining
    assert host.dropped == LOW_WATER + 1


async def test_opening_twice(line, inbox):
    host, *_ = line
    with pytest.raises(UsageError, match="already open"):
        await host.open(inbox().sink, inbox().lost)


async def test_a_port_that_was_never_opened():
    host, _ = memory_line()
    with pytest.raises(PortLost, match="is not open"):
        host.write(b"x")
    with pytest.raises(PortLost, match="is not open"):
        await host.drain()


async def test_unplugging_loses_both_ends_once(line):
    host, hosts, module, modules = line
    host.write(b"on the wire")
    draining = [asyncio.ensure_future(end.drain()) for end in (host, module)]
    module.unplug()
    for end in (host, module):
        with pytest.raises(PortLost, match="was unplugged"):
            end.write(b"x")
    assert hosts.losses == modules.losses == []
    await hosts.loss()
    await modules.loss()
    module.unplug()
    for _ in range(5):
        await asyncio.sleep(0)
    assert (len(hosts.losses), len(modules.losses)) == (1, 1)
    assert modules.data == b""
    await asyncio.gather(*draining, return_exceptions=True)


async def test_the_other_end_can_be_opened_when_the_unplugged_one_is_back(line):
    host, hosts, module, modules = line
    module.unplug()
    with pytest.raises(LinkError, match="unplugged at its other end"):
        await host.open(hosts.sink, hosts.lost)
    await module.open(modules.sink, modules.lost)
    await host.open(hosts.sink, hosts.lost)
    host.write(b"AT\r")
    assert await modules.holds(3) == b"AT\r"


async def test_closing_right_after_unplugging_tells_nobody(line):
    host, hosts, module, modules = line
    module.unplug()
    await host.aclose()
    await module.aclose()
    await asyncio.sleep(0)
    assert hosts.losses == modules.losses == []


async def test_unplugging_ends_the_wait_for_low_water(line):
    host, _, module, _ = line
    module.pause()
    host.write(bytes(LOW_WATER + 1))
    draining = asyncio.ensure_future(host.drain())
    await asyncio.sleep(0)
    host.unplug()
    with pytest.raises(PortLost):
        await draining


async def test_a_paced_line_takes_ten_bits_a_byte(paced):
    clock, host, _, _, modules = paced
    host.write(bytes(96))
    await clock.run(0.0499)
    assert len(modules.data) < 48
    await clock.run(0.0002)
    assert len(modules.data) == 48
    assert host.pending == 48
    await clock.run(0.05)
    assert len(modules.data) == 96
    assert clock.next_due is None


async def test_a_paced_line_delivers_as_a_fast_uart_does(inbox):
    clock, box = ManualClock(), inbox()
    host, module = memory_line(clock=clock, baud=115200)
    await host.open(inbox().sink, inbox().lost)
    await module.open(box.sink, box.lost)
    data = os.urandom(11520)
    host.write(data)
    await clock.run(0.999)
    assert len(box.data) < 11520
    await clock.run(0.0011)
    assert box.data == data
    assert max(map(len, box.reads)) == 11


async def test_both_directions_are_paced_on_their_own(paced):
    clock, host, hosts, module, modules = paced
    host.write(bytes(96))
    module.write(bytes(96))
    await clock.run(0.1001)
    assert len(hosts.data) == len(modules.data) == 96


async def test_a_pause_between_writes_is_not_made_up_for(paced):
    clock, host, _, _, modules = paced
    host.write(bytes(48))
    await clock.run(1)
    host.write(bytes(48))
    await clock.run(0.049)
    assert len(modules.data) < 96
    await clock.run(0.002)
    assert len(modules.data) == 96


async def test_pausing_a_paced_line_loses_nothing(paced):
    clock, host, _, module, modules = paced
    data = os.urandom(96)
    host.write(data)
    await clock.run(0.05)
    module.pause()
    got = len(modules.data)
    await clock.run(10)
    assert len(modules.data) == got
    module.resume()
    await clock.run(0.0601)
    assert modules.data == data


async def test_a_changed_rate_changes_the_pace_of_what_follows(paced):
    clock, _, hosts, module, _ = paced
    await module.set_baud(960)
    module.write(bytes(96))
    await clock.run(0.9999)
    assert len(hosts.data) == 95
    await clock.run(0.0002)
    assert len(hosts.data) == 96


async def test_what_late_timers_lose_is_made_up_for(inbox):
    class Late(ManualClock):
        """A machine that is busy: each callback runs ten milliseconds late."""

        def call_at(self, when, callback):
            return super().call_at(when + 0.01, callback)

    clock, box = Late(), inbox()
    host, module = memory_line(clock=clock, baud=9600)
    await host.open(inbox().sink, inbox().lost)
    await module.open(box.sink, box.lost)
    host.write(bytes(960))
    await clock.run(1.011)
    assert len(box.data) == 960


async def test_unplugging_a_paced_line_stops_it(paced):
    clock, host, _, module, modules = paced
    host.write(bytes(96))
    await clock.run(0.01)
    got = len(modules.data)
    module.unplug()
    await clock.run(1)
    assert len(modules.data) == got
    assert host.dropped == 96 - got
    assert clock.next_due is None


async def test_a_paced_line_runs_on_the_loops_clock_by_default(inbox):
    (host, module), box = memory_line(baud=1_000_000), inbox()
    await host.open(inbox().sink, inbox().lost)
    await module.open(box.sink, box.lost)
    started = LoopClock().time()
    host.write(bytes(1000))
    await box.holds(1000)
    assert LoopClock().time() - started >= 0.0099


@given(
    writes=st.lists(st.binary(max_size=300), max_size=8),
    pauses=st.lists(st.floats(0, 0.3), max_size=5),
    baud=st.sampled_from([None, 300, 9600, 115200]),
)
def test_nothing_is_lost_or_changed_however_the_line_is_used(writes, pauses, baud):
    async def use():
        clock, received = ManualClock(), bytearray()
        host, module = memory_line(clock=clock, baud=baud)
        await host.open(lambda _: None, pytest.fail)
        await module.open(received.extend, pytest.fail)
        for data, pause in zip(writes, [*pauses, *[0.0] * len(writes)], strict=False):
            host.write(data)
            await clock.run(pause)
            module.pause()
            await clock.run(pause)
            module.resume()
        await clock.run(100)
        assert received == b"".join(writes)
        assert host.pending == host.dropped == 0

    asyncio.run(use())


async def test_a_sink_that_raises_does_not_stop_the_line(inbox):
    loop, errors = asyncio.get_running_loop(), []
    handler = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: errors.append(context["exception"]))
    (host, module), box = memory_line(), inbox()

    def sink(data):
        box.sink(data)
        if data == b"bad":
            raise ValueError(data)

    await host.open(inbox().sink, inbox().lost)
    await module.open(sink, box.lost)
    host.write(b"bad")
    host.write(b"good")
    assert await box.holds(7) == b"badgood"
    assert [str(error) for error in errors] == ["b'bad'"]
    loop.set_exception_handler(handler)
