"""Declarations for the tests of the language, one for each shape of dialogue, and how to compare event streams."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated, Literal

from simcom_async.at.code import Code
from simcom_async.at.command import (
    ByParameter,
    Change,
    Command,
    Completion,
    Ending,
    Entry,
    Form,
    Granted,
    Syntax,
    Terminated,
    UntilFinal,
)
from simcom_async.at.demux import Demux
from simcom_async.at.dialect import Dialect
from simcom_async.at.escape import DLE_ETX, ETX_SUB, SUB_ONLY
from simcom_async.at.event import Event, LineEvent, PayloadChunk
from simcom_async.at.exchange import Exchange
from simcom_async.at.fields import Range, Rest, Text
from simcom_async.at.message import Counted, Escaped, Line, Prompt, Reply, Times, Urc
from simcom_async.at.setting import Setting


class Signal(Reply):
    wire = Line("+CSQ")
    rssi: int
    ber: int


class Query(Command[Signal]):
    wire = Syntax(name="+CSQ", form=Form.EXECUTE, replies=(Signal,))


class PinWord(StrEnum):
    READY = "READY"
    SIM_PIN = "SIM PIN"


class Pin(Reply, Urc):
    wire = Line("+CPIN")
    state: Annotated[PinWord, Text(quoted=False)]


class QueryPin(Command[Pin]):
    wire = Syntax(name="+CPIN", form=Form.READ, replies=(Pin,))


class Serial(Reply):
    wire = Line("")
    number: Annotated[str, Text(quoted=False, pattern=r"\d{15}")]


class QuerySerial(Command[Serial]):
    wire = Syntax(name="+CGSN", form=Form.EXECUTE, replies=(Serial,))


class Digit(Reply):
    wire = Line("")
    number: Annotated[str, Text(quoted=False, pattern=r"\d")]


class QueryDigit(Command[Digit]):
    wire = Syntax(name="S", form=Form.READ, replies=(Digit,))


class Verbose(Command[None]):
    wire = Syntax(name="V", form=Form.EXECUTE, basic=True, changes=(Change("verbose", "value"),))
    value: Annotated[int, Range(0, 1)] = 1


class Packet(Urc):
    wire = Line("+GET", opens=Counted("length", 65536))
    kind: Literal["DATA"] = "DATA"
    length: int


class Ended(Urc):
    wire = Line("+GET")
    code: int


class Push(Command[Ended]):
    wire = Syntax(name="+GET", form=Form.WRITE, completion=Completion(endings=(Ending(Ended),), packets=(Packet,)))
    path: Annotated[str, Text(max=80)]


class Block(Reply):
    wire = Line("+READ", opens=Counted("length", 65536))
    mode: Literal[2] = 2
    length: int


class Read(Command[Block | None]):
    wire = Syntax(name="+READ", form=Form.WRITE, replies=(Block,))
    mode: Literal[2] = 2
    length: Annotated[int, Range(1, 65536)] = 1460


class Ready(Urc):
    wire = Line("+READ")
    mode: Literal[1] = 1
    code: int


class Start(Command[Ready]):
    wire = Syntax(
        name="+READ",
        form=Form.WRITE,
        completion=Completion(endings=(Ending(Ready, unless=(("code", (1,)),)),), when=(("mode", (1,)),)),
    )
    mode: Annotated[int, Range(1, 2)] = 1


class Stream(Urc):
    wire = Line("+STREAM", opens=Escaped(DLE_ETX))
    mode: Literal["1,1"] = "1,1"


class Begin(Prompt):
    wire = Line("+PUT")
    begin: Literal["BEGIN"] = "BEGIN"


class Put(Command[None]):
    wire = Syntax(name="+PUT", form=Form.WRITE, entry=Entry(prompt=Begin, size=Terminated(ETX_SUB), echoed=True))
    path: Annotated[str, Text(max=80)]


class Mark(Prompt):
    wire = Line(">", mark=True)


class DoubleMark(Prompt):
    wire = Line(">>", mark=True)


class Body(Command[None]):
    wire = Syntax(name="+BODY", form=Form.EXECUTE, entry=Entry(prompt=Mark, size=Terminated(SUB_ONLY), echoed=True))


class LongBody(Command[None]):
    wire = Syntax(name="+LONG", form=Form.EXECUTE, entry=Entry(prompt=DoubleMark, size=Terminated(SUB_ONLY)))


class Download(Prompt):
    wire = Line("DOWNLOAD")


class Give(Command[None]):
    wire = Syntax(name="+GIVE", form=Form.WRITE, entry=Entry(prompt=Download, size=ByParameter("size")))
    size: Annotated[int, Range(1, 319488)]


class Grant(Prompt):
    wire = Line("+PUTN")
    mode: Literal[2] = 2
    granted: int


class GiveSome(Command[None]):
    wire = Syntax(name="+PUTN", form=Form.WRITE, entry=Entry(prompt=Grant, size=Granted("granted")))
    size: Annotated[int, Range(1, 1460)]


class Mail(Command[None]):
    wire = Syntax(name="+MAIL", form=Form.EXECUTE, text=UntilFinal(1 << 20))


class Path(Urc):
    wire = Line("", separator=",")
    folder: Annotated[str, Text(quoted=False, pattern=r"[A-Z]:/[^,]*")]
    file: Annotated[str, Text(quoted=False)]


class Saved(Urc):
    wire = Line("+POP", then=Path)
    word: Literal["SUCCESS"] = "SUCCESS"


class Failed(Urc):
    wire = Line("+POP")
    word: Literal["FAILURE"] = "FAILURE"


class Fetch(Command[tuple[Saved | Path | Failed, ...]]):
    wire = Syntax(name="+POPGET", form=Form.EXECUTE, completion=Completion(endings=(Ending(Saved), Ending(Failed))))


class Said(Reply):
    wire = Line("+SMTP", times=Times.OPTIONAL)
    word: Literal["OK"] = "OK"


class SendWord(StrEnum):
    SUCCESS = "SUCCESS"
    SERVER_ERROR = "SERVER ERROR"


class Sent(Urc):
    wire = Line("+SMTP")
    word: Annotated[SendWord, Text(quoted=False)]


class Send(Command[Sent]):
    wire = Syntax(name="+SEND", form=Form.EXECUTE, replies=(Said,), completion=Completion(endings=(Ending(Sent),)))


class Later(Urc):
    wire = Line("+LATER")
    code: int


class Maybe(Command[Later | None]):
    wire = Syntax(name="+LATER", form=Form.EXECUTE, completion=Completion(endings=(Ending(Later),), optional=True))


class Closed(Command[None]):
    wire = Syntax(name="+SHUT", form=Form.EXECUTE, finals=("SHUT OK",))


class Entries(Reply):
    wire = Line("", separator=" ", times=Times.MANY)
    number: int
    size: int


class Headline(Reply):
    wire = Line("+POP", separator=" ")
    count: int
    total: int


class ListMails(Command[tuple[Headline | Entries, ...]]):
    wire = Syntax(name="+POPLIST", form=Form.EXECUTE, replies=(Headline, Entries))


class From(Reply):
    wire = Line("From")
    value: Annotated[str, Rest()]


class Headers(Command[From]):
    wire = Syntax(name="+POPHDR", form=Form.WRITE, replies=(From,))
    number: int


class Port(Setting):
    """A stored port."""

    wire = Syntax(name="+PORT", form=Form.WRITE, tested="auto")
    port: Annotated[int, Range(1, 65535)] = 21


class Bearer(Urc):
    wire = Line("+SAPBR {cid}")
    cid: Annotated[int, Range(1, 3)]
    state: Literal["DEACT"] = "DEACT"


class CallReady(Urc):
    wire = Line("Call Ready")


class Errors(Code):
    NO_SIM = 10, "SIM not inserted", False, "insert the SIM"


COMMANDS = (
    Query, QueryPin, QuerySerial, QueryDigit, Verbose, Push, Read, Start, Put, Body, LongBody, Give, GiveSome, Mail,
    Fetch, Send, Maybe, Closed, ListMails, Headers, Port,
)  # fmt: skip
SPEECH = Dialect("speech", COMMANDS, (Pin, Bearer, CallReady, Stream, Packet), errors=Errors)


def flat(events: Iterable[Event]) -> list[tuple[object, ...]]:
    """Events as values, pieces of one payload and of one echoed entry joined: what must not depend on the cuts."""
    rows: list[tuple[object, ...]] = []
    for event in events:
        row = _row(event)
        if rows and row[0] == rows[-1][0] == "payload" and row[2] == rows[-1][3] and not rows[-1][4]:
            before = rows.pop()
            row = ("payload", bytes(before[1]) + bytes(row[1]), before[2], *row[3:])  # type: ignore[call-overload]
        elif rows and row[0] == "echo" and row[1] == rows[-1][1] == "echo-of-entry":
            before = rows.pop()
            row = ("echo", row[1], bytes(before[2]) + bytes(row[2]), before[3])  # type: ignore[call-overload]
        rows.append(row)
    return [row for row in rows if not (row[0] == "payload" and row[1] == b"" and not row[4])]


def _row(event: Event) -> tuple[object, ...]:
    if isinstance(event, PayloadChunk):
        return ("payload", event.data, event.start, event.end, event.last, event.complete)
    assert isinstance(event, LineEvent)
    if event.rule == "echo-of-entry":
        return ("echo", event.rule, event.text, event.start)
    return (event.kind, event.rule, event.text, event.start, event.message)


def heard(
    command: Command[object], pieces: Iterable[bytes], *, size: int | None = None
) -> tuple[Exchange, list[Event]]:
    """One command, and what a demux makes of these reads, silence at the end."""
    demux = Demux(SPEECH)
    exchange = Exchange(command, size=size)
    demux.arm(exchange)
    exchange.written()
    events = [event for piece in pieces for event in demux.receive(piece)]
    return exchange, events + demux.quiet()


def bytewise(data: bytes) -> list[bytes]:
    """Cut after every byte."""
    return [data[place : place + 1] for place in range(len(data))]


def two_cuts(data: bytes) -> Iterator[list[bytes]]:
    """All ways to cut in two, and every second way to cut in three."""
    for one in range(len(data)):
        yield [data[:one], data[one:]]
        for other in range(one + 1, len(data), 2):
            yield [data[:one], data[one:other], data[other:]]
