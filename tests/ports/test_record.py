"""Recordings: written by a port, read back."""

import asyncio
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcom_async.errors import LinkError, PortLost, UsageError
from simcom_async.ports.clock import ManualClock
from simcom_async.ports.memory import memory_line
from simcom_async.ports.record import Entry, Recording, RecordingPort, read_recording, save_recording

HEADER = '{"simcom_recording": 1, "dialect": null, "started": null}\n'

pytestmark = pytest.mark.usefixtures("no_errors")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "recording.jsonl"


@pytest.fixture
async def recorded(path, inbox):
    """A recorded host's end, its inbox, the module's end and its, and the clock."""
    clock, (host, module), hosts, modules = ManualClock(50.0), memory_line(), inbox(), inbox()
    port = RecordingPort(host, path, dialect="sim800", clock=clock)
    await module.open(modules.sink, modules.lost)
    await port.open(hosts.sink, hosts.lost)
    yield port, hosts, module, modules, clock
    await port.aclose()


def entries(path):
    return [(entry.dir, entry.data) for entry in read_recording(path).entries]


async def test_what_passes_is_written_down(recorded, path):
    port, hosts, module, modules, clock = recorded
    port.write(b"AT\r")
    assert await modules.holds(3) == b"AT\r"
    clock.advance(0.25)
    everything = bytes(range(256))
    module.write(everything)
    assert await hosts.holds(256) == everything
    await port.drain()
    assert (port.url, port.pending) == ("memory", 0)
    await port.aclose()
    recording = read_recording(path)
    assert recording.dialect == "sim800"
    assert recording.started is not None
    assert recording.entries == (Entry(0.0, "tx", b"AT\r"), Entry(0.25, "rx", everything))


async def test_the_format_is_the_promised_one(recorded, path):
    _, hosts, module, *_ = recorded
    module.write(b"\r\nOK\r\n\x1a\xff")
    await hosts.holds(8)
    header, entry = path.read_text().splitlines()
    assert set(json.loads(header)) == {"simcom_recording", "dialect", "started"}
    assert json.loads(header)["simcom_recording"] == 1
    assert json.loads(entry) == {"t": 0.0, "dir": "rx", "data": "\r\nOK\r\n\x1aÿ"}
    assert entry.isascii()


async def test_an_answer_given_inside_the_sink_comes_after_what_it_answers(path, inbox):
    (host, module), box = memory_line(), inbox()
    port = RecordingPort(host, path)
    await module.open(box.sink, box.lost)
    await port.open(lambda _: port.write(b"answer"), inbox().lost)
    module.write(b"question")
    await box.holds(6)
    await port.aclose()
    assert entries(path) == [("rx", b"question"), ("tx", b"answer")]


@pytest.mark.parametrize("cut", range(1, 21))
async def test_secrets_are_masked_both_ways_however_they_are_cut(recorded, path, cut):
    port, hosts, module, modules, _ = recorded
    port.mask(b"s3cret")
    line = b'AT+CLOGIN="u","s3cret"\r'
    for part in (line[:cut], line[cut:]):
        port.write(part)
        await modules.until(lambda part=part: modules.data.endswith(part))
        module.write(part)  # the module's echo
        await hosts.until(lambda part=part: hosts.data.endswith(part))
    await port.aclose()
    written = entries(path)
    masked = line.replace(b"s3cret", b"******")
    for direction in ("tx", "rx"):
        assert b"".join(data for way, data in written if way == direction) == masked
    assert [way for way, _ in written] == ["tx", "rx", "tx", "rx"]
    assert modules.data == hosts.data == line
    assert "s3cret" not in path.read_text()


async def test_what_only_began_like_a_secret_is_shown(recorded, path):
    port, *_ = recorded
    port.mask(b"ATTACK")
    port.write(b"AT")
    assert entries(path) == []
    port.write(b"\r")
    assert entries(path) == [("tx", b"AT"), ("tx", b"\r")]


async def test_what_may_be_the_start_of_a_secret_is_masked_at_the_end(recorded, path):
    port, *_ = recorded
    port.mask(b"secret")
    port.write(b"x=sec")
    await port.aclose()
    assert entries(path) == [("tx", b"x=***")]


async def test_the_start_of_a_secret_does_not_hold_the_rest_back_without_bound(recorded, path):
    port, hosts, module, _, _ = recorded
    port.mask(b"secret")
    port.write(b"sec")
    module.write(bytes(40_000))
    module.write(bytes(40_000))
    await hosts.holds(80_000)
    assert [(way, len(data)) for way, data in entries(path)] == [("tx", 3), ("rx", 40_000), ("rx", 40_000)]
    assert entries(path)[0] == ("tx", b"***")


async def test_overlapping_and_nested_secrets(path, inbox):
    host, _ = memory_line()
    port = RecordingPort(host, path, masks=[b"aba", b"abacus", b"b"])
    await port.open(inbox().sink, inbox().lost)
    port.write(b"xababay abacu")
    port.write(b"s abacux")
    await port.aclose()
    assert b"".join(data for _, data in entries(path)) == b"x*****y ****** ***cux"


@given(st.lists(st.text("abc", max_size=6), max_size=12), st.sets(st.text("abc", min_size=1, max_size=4), max_size=3))
def test_masking_is_what_masking_the_whole_stream_is(writes, secrets):
    async def use():
        host, _ = memory_line()
        target = io.StringIO()
        port = RecordingPort(host, target, masks=[secret.encode() for secret in secrets])
        await port.open(lambda _: None, pytest.fail)
        for data in [*writes, "\r"]:  # a byte that begins no secret: nothing is held back
            port.write(data.encode())
        await port.aclose()
        return "".join(json.loads(line)["data"] for line in target.getvalue().splitlines()[1:])

    whole = "".join(writes) + "\r"
    hidden = {
        place
        for secret in secrets
        for start in range(len(whole))
        if whole.startswith(secret, start)
        for place in range(start, start + len(secret))
    }
    assert asyncio.run(use()) == "".join("*" if n in hidden else c for n, c in enumerate(whole))


def test_an_empty_secret(path):
    with pytest.raises(UsageError, match="empty secret"):
        RecordingPort(memory_line()[0], path, masks=[b""])


async def test_a_text_file_is_left_open(inbox):
    host, _ = memory_line()
    target = io.StringIO()
    port = RecordingPort(host, target)
    await port.open(inbox().sink, inbox().lost)
    port.write(b"AT\r")
    await port.aclose()
    assert len(target.getvalue().splitlines()) == 2


async def test_a_port_opened_again_continues_its_recording(recorded, path):
    port, hosts, _, _, clock = recorded
    port.write(b"one")
    await port.aclose()
    clock.advance(1)
    await port.open(hosts.sink, hosts.lost)
    port.write(b"two")
    await port.aclose()
    assert read_recording(path).entries == (Entry(0.0, "tx", b"one"), Entry(1.0, "tx", b"two"))


async def test_a_lost_port_opened_again_continues_its_recording(recorded, path):
    port, hosts, module, modules, _ = recorded
    port.write(b"one")
    module.unplug()
    assert isinstance(await hosts.loss(), PortLost)
    with pytest.raises(PortLost):
        port.write(b"not sent")
    await module.open(modules.sink, modules.lost)
    await port.open(hosts.sink, hosts.lost)
    port.write(b"two")
    assert entries(path) == [("tx", b"one"), ("tx", b"two")]


async def test_pause_and_rate_are_the_recorded_ports(inbox, path):
    clock = ManualClock()
    (host, module), box = memory_line(clock=clock, baud=9600), inbox()
    port = RecordingPort(host, path, clock=clock)
    await module.open(box.sink, box.lost)
    await port.open(inbox().sink, inbox().lost)
    await port.set_baud(960)
    port.write(bytes(96))
    port.pause()
    port.resume()
    await clock.run(0.9)
    assert len(box.data) < 96
    await clock.run(0.2)
    assert len(box.data) == 96
    await port.aclose()


async def test_a_file_that_cannot_be_written(tmp_path, inbox):
    host, _ = memory_line()
    with pytest.raises(UsageError, match="cannot record"):
        await RecordingPort(host, tmp_path).open(inbox().sink, inbox().lost)
    with pytest.raises(PortLost):
        host.write(b"x")


async def test_a_port_that_does_not_open_leaves_no_file_open(path, descriptors, inbox):
    before, (host, module) = descriptors(), memory_line()
    module.unplug()
    port = RecordingPort(host, path)
    with pytest.raises(LinkError):
        await port.open(inbox().sink, inbox().lost)
    assert descriptors() == before


async def test_the_traffic_goes_on_when_the_disk_is_full(inbox):
    (host, module), box = memory_line(), inbox()
    port = RecordingPort(host, "/dev/full")
    await module.open(box.sink, box.lost)
    await port.open(inbox().sink, inbox().lost)
    port.write(b"AT\r")
    assert await box.holds(3) == b"AT\r"
    with pytest.raises(LinkError, match="recording of memory is incomplete") as caught:
        await port.aclose()
    assert isinstance(caught.value.__cause__, OSError)
    await port.aclose()


async def test_a_text_file_that_is_full(inbox):
    class FullFile(io.StringIO):
        def flush(self):
            raise OSError(28, "No space left on device")

    port = RecordingPort(memory_line()[0], FullFile())
    await port.open(inbox().sink, inbox().lost)
    with pytest.raises(LinkError, match=r"incomplete: .*No space left"):
        await port.aclose()


def test_reading_a_recording(path):
    path.write_text(HEADER + '{"t": null, "dir": "tx", "data": "AT\\r"}\n\n{"t": 1, "dir": "rx", "data": "\x85ÿ"}\n')
    assert read_recording(path) == Recording(None, None, (Entry(None, "tx", b"AT\r"), Entry(1, "rx", b"\x85\xff")))
    assert read_recording(str(path)).entries


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1: no JSON"),
        ("AT\r\n", "line 1: no JSON"),
        ("[]\n", "line 1: a JSON object"),
        ('{"dialect": null}\n', "line 1: the header"),
        ('{"simcom_recording": 2}\n', "line 1: the header"),
        ('{"simcom_recording": 1, "dialect": 800}\n', "line 1: dialect is a string or null"),
        ('{"simcom_recording": 1, "started": 5}\n', "line 1: started is a string or null"),
        (HEADER + "nonsense\n", "line 2: no JSON"),
        (HEADER + "1\n", "line 2: a JSON object"),
        (HEADER + '{"t": 0, "dir": "up", "data": ""}\n', 'line 2: dir is "tx" or "rx"'),
        (HEADER + '{"t": 0, "dir": [], "data": ""}\n', 'line 2: dir is "tx" or "rx"'),
        (HEADER + '{"t": "now", "dir": "tx", "data": ""}\n', "line 2: t is seconds"),
        (HEADER + '{"t": true, "dir": "tx", "data": ""}\n', "line 2: t is seconds"),
        (HEADER + '{"t": -1, "dir": "tx", "data": ""}\n', "line 2: t is seconds"),
        (HEADER + '{"t": NaN, "dir": "tx", "data": ""}\n', "line 2: t is seconds"),
        (HEADER + '{"t": 1e999, "dir": "tx", "data": ""}\n', "line 2: t is seconds"),
        (HEADER + "[" * 100_000, "line 2: no JSON"),
        (HEADER + '{"t": 0, "dir": "tx"}\n', "line 2: data is a string"),
        (HEADER + '{"t": 0, "dir": "tx", "data": ""}\n{"t": 0, "dir": "tx", "data": "€"}\n', "line 3: .*one byte; '€'"),
    ],
)
def test_what_is_no_recording(path, text, where):
    path.write_text(text)
    with pytest.raises(UsageError, match=rf"recording\.jsonl, {where}"):
        read_recording(path)


def test_a_recording_that_cannot_be_read(tmp_path, path):
    with pytest.raises(UsageError, match="cannot read the recording"):
        read_recording(tmp_path / "none")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="cannot read the recording"):
        read_recording(path)


@pytest.mark.parametrize("dialect", ["sim800", None])
def test_a_recording_that_is_saved_is_the_one_that_is_read(path, dialect):
    entries = (Entry(0.0, "tx", b"AT\r"), Entry(None, "rx", bytes(range(256))), Entry(1.5, "rx", b""))
    recording = Recording(dialect, "2026-11-28T17:00:00.000+00:00", entries)
    save_recording(path, recording)
    assert read_recording(path) == recording
    header, first, *_ = path.read_text("utf-8").splitlines()
    assert json.loads(header) == {"simcom_recording": 1, "dialect": dialect, "started": recording.started}
    assert json.loads(first) == {"t": 0.0, "dir": "tx", "data": "AT\r"}


def test_a_recording_that_cannot_be_saved(tmp_path):
    with pytest.raises(UsageError, match="cannot save the recording"):
        save_recording(tmp_path / "none" / "file", Recording(None, None, ()))
