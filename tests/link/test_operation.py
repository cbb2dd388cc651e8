import pytest

from simcom_async.at.event import PayloadChunk
from simcom_async.at.exchange import Exchange, State
from simcom_async.commands.cftps_transfer import CftpsPutFinish, CftpsPutRead
from simcom_async.commands.chttps import ChttpsFlush, ChttpsReceive, ChttpsReceiveRead, ChttpsSendRead
from simcom_async.commands.ftp_extended import FtpExtGet, FtpExtGetRead
from simcom_async.errors import ModemRestarted, ProtocolError, UsageError
from simcom_async.link.operation import Operation
from simcom_async.link.queue import Priority

from .speech import Action, Get, Hasty, LevelRead, Put, SendMail, SendRead, Work


def operation(command, *, state=State.SENT, at=100.0, timeout=None):
    found = Operation(Exchange(command))
    found.exchange.state = state
    found.written_at = found.progress = at
    found.timeout = timeout
    return found


@pytest.mark.parametrize(
    ("command", "state", "changes", "limit"),
    [
        (Work(), State.SENT, {}, (105, "final")),
        (Work(), State.EARLY, {"progress": 103}, (108, "final")),
        (Work(), State.SENT, {"timeout": 2}, (102, "total")),
        (Work(), State.SENT, {"timeout": 50}, (150, "total")),
        (Work(), State.SENT, {"payload": True, "progress": 120}, (130, "idle")),
        (Work(), State.SENT, {"payload": True, "progress": 120, "timeout": 22}, (122, "total")),
        (Hasty(), State.SENT, {}, (101, "first byte")),
        (Hasty(), State.SENT, {"heard": True}, (105, "final")),
        (Hasty(), State.SENT, {"timeout": 0.5}, (100.5, "total")),
        (Action(method=1), State.AWAITING, {"progress": 110}, (140, "completion")),
        (Action(method=1), State.AWAITING, {"progress": 110, "timeout": 300}, (400, "total")),
        (Put(size=1), State.PROMPTED, {"progress": 110}, (113, "idle")),
        (Put(size=1), State.ENTERED, {"progress": 110}, (115, "final")),
    ],
)
async def test_the_limit_is_that_of_what_is_waited_for(command, state, changes, limit):
    found = operation(command, state=state)
    for name, value in changes.items():
        setattr(found, name, value)
    assert found.limit() == limit
    assert found.written_at + found.shortest <= limit[0]


async def test_until_the_prompt_its_own_limit_counts():
    found = operation(Put(size=1))
    found.prompt = found.done
    assert found.limit() == (102, "prompt")


@pytest.mark.parametrize(
    ("command", "due", "confused"),
    [
        (SendRead(), SendMail(), True),
        (SendMail(), SendMail(), True),
        (LevelRead(), SendMail(), False),
        (Work(), Work(), False),
        (Action(method=0), Action(method=1), True),
        (SendRead(), Get(), False),
    ],
)
async def test_what_can_be_confused_with_a_completion_that_is_due(command, due, confused):
    assert operation(command).may_be_confused_with(operation(due, state=State.AWAITING)) is confused


async def test_an_entry_that_was_not_taken_whole_is_a_protocol_error():
    found = operation(Put(size=10), state=State.DONE)
    found.check_entered()
    found.left = 4
    with pytest.raises(ProtocolError, match="after 6 bytes"):
        found.check_entered()
    found.exchange.state = State.FAILED
    found.check_entered()
    found.complaint = UsageError("too long")
    with pytest.raises(UsageError, match="too long"):
        found.check_entered()


async def test_a_payload_is_progress_and_goes_to_the_sink_as_long_as_somebody_waits():
    reading, found = operation(Get()), []
    reading.sink = found.append
    chunk = PayloadChunk(b"four", 20, 24, 0, None, reading.command)
    reading.came(chunk, 107.0)
    assert (reading.progress, reading.payload, reading.exchange.payload_end) == (107.0, True, 24)
    reading.given_up = chunk.last = True
    reading.came(chunk, 108.0)
    assert (reading.progress, reading.payload, found) == (108.0, False, [b"four"])


async def test_a_restart_ends_it_by_name():
    reading = operation(Get())
    reading.restarted("Ready", "memory", b"RDY")
    with pytest.raises(ModemRestarted, match=r"AT\+GET: the module has restarted \(Ready\)") as caught:
        await reading.done
    assert (caught.value.port, caught.value.seen, reading.given_up) == ("memory", b"RDY", True)


async def test_it_ends_once():
    found = Operation(Exchange(Work()), Priority.URGENT, inner=True)
    assert (found.priority, found.inner) == (Priority.URGENT, True)
    found.resolve()
    found.fail(OSError("later"))
    found.resolve()
    assert await found.done is None
    assert repr(found) == "Operation(AT+WORK, armed)"


@pytest.mark.parametrize(
    ("command", "due", "confused"),
    [
        (ChttpsSendRead(), ChttpsFlush(), True),
        (ChttpsReceiveRead(), ChttpsReceive(length=1), False),
        (CftpsPutRead(), CftpsPutFinish(), True),
        (FtpExtGetRead(), FtpExtGet(), False),
    ],
)
async def test_a_length_is_like_a_code_of_the_same_name(command, due, confused):
    assert operation(command).may_be_confused_with(operation(due, state=State.AWAITING)) is confused
