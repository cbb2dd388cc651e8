"""What a module may say at any time: every declared unsolicited line with sample values, and real ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from simcom_async.at.codec import compiled, line_of
from simcom_async.at.dialect import Dialect
from simcom_async.at.message import Counted, Escaped, Message, Urc
from tests.judge.wire import crlf
from tests.test_declarations import samples

__all__ = ["DISTURBANCES", "FREE", "REAL", "Insertion", "disturbances", "unsolicited"]

#: As modules print them (device-facts 7.1, 7.2, 1.2), each in every dialect, whether it declares the line or not.
REAL = (
    "+CREG: 1",
    '+CREG: 2,"1A2B","0C3D"',
    "+CREG: 5",
    "+CGREG: 0",
    "+CEREG: 1",
    "+CPIN: READY",
    "+CPIN: NOT READY",
    "+CPIN: NOT INSERTED",
    "+CFUN: 1",
    "RING",
    '+CLIP: "+491701234567",145,"",,"",0',
    '+CMTI: "SM",3',
    '*PSUTTZ: 2014,4,9,6,9,51,"+32",0',
    '*PSNWID: "460","00","CHINA MOBILE",0,"CMCC",0',
    "+CTZV: +8,0",
    "DST: 0",
    "UNDER-VOLTAGE WARNNING",
    "UNDER-VOLTAGE WARNNING POWER DOWN",
    "NORMAL POWER DOWN",
    "+PDP: DEACT",
    "+SAPBR 1: DEACT",
    "+SAPBR 2: DEACT",
    "+APP PDP: DEACTIVE",
    "RDY",
    "START",
    "Call Ready",
    "SMS Ready",
    "SMS DONE",
    "PB DONE",
    "+STIN: 25",
    "OPL UPDATING",
    "+FTPGET: 1,1",
    "+FTPGET: 1,0",
    "+FTPGET: 1,77",
    "+FTPGET:1,1",
    "+FTPPUT: 1,1,1360",
    "+FTPPUT: 1,0",
    "+FTPLIST: 1,1",
    "+HTTPACTION: 0,200,1024",
    "+HTTPACTION:1,601,0",
    "+SMTPSEND: 1",
    "+SMTPFT: 1,1360",
    "+POP3READ: 3,120",
    "+POP3OUT: 64",
    "+CHTTPS: RECV EVENT",
    "+CHTTPS:RECV EVENT",
    "+CHTTPSNOTIFY: PEER CLOSED",
    "+CHTTPSSEND: 0",
    "+CHTTPSRECV:0",
    "+CFTPSNOTIFY: PEER CLOSED",
    "+CFTPGET: 0",
    "+CFTPSGET: 14",
    "+SMTP: SUCCESS",
    "+POP3: SUCCESS",
    "+POP3: FAILURE",
    # Those that no dialect knows, or not all of them: they must be events all the same.
    "+FOO: 1,2",
    "+CPSI: NO SERVICE,Powering Off",
    "+CFTPSERRORBUF: 1",
    "+CSQ: 17,99",
    "+NITZ: 2014/04/09,06:09:51+32,0",
    "^MODE: 3,3",
    "NO CARRIER",
)
#: Bytes of a sampled payload that an unsolicited line announces; they look like what a parser waits for.
_ANNOUNCED = b"\r\nOK\r\n"


@dataclass(frozen=True, slots=True)
class Insertion:
    """Bytes that come in between: the ``lines`` in them, in order, and the ``payload`` that the last announces."""

    name: str
    data: bytes
    lines: tuple[bytes, ...]
    payload: bytes = b""


def _plain(line: bytes) -> Insertion:
    return Insertion(line.decode("latin-1"), crlf(line), (line,))


@cache
def unsolicited(dialect: Dialect) -> tuple[Insertion, ...]:
    """Every declared unsolicited line of a dialect at its lower and upper limits, as it prints them, and ``REAL``."""
    found: dict[bytes, Insertion] = {}
    for declaration in dialect.table.messages:
        if issubclass(declaration, Urc):
            for insertion in _said(dialect, declaration):
                found.setdefault(insertion.lines[0], insertion)
    for text in REAL:
        line = text.encode("latin-1")
        found.setdefault(line, _plain(line))
    return tuple(found.values())


def _said(dialect: Dialect, declaration: type[Message]) -> Iterator[Insertion]:
    opens = line_of(declaration).opens
    for message in samples(declaration):
        data, announced = b"", b""
        if isinstance(opens, Counted):
            data = announced = _ANNOUNCED if getattr(message, opens.field) else b""
            message = type(message)(**(dict(message) | {opens.field: len(announced)}))
        elif isinstance(opens, Escaped):
            announced = _ANNOUNCED
            data = opens.codec.encode(announced) + opens.codec.end
        line = compiled(declaration).encode(message, spelled=dialect.spelled.get(declaration))
        yield Insertion(line.decode("latin-1"), crlf(line) + data, (line,), announced)


#: Lines that mean nothing to any transcript.
FREE = (b"+CREG: 1", b'+CMTI: "SM",3', b"RING")
_SYNC = b"\x00IIII\xff\xff\xff\xff"
#: Malformed, merged and foreign things between lines (device-facts 7.1, 9.15, 9.18, 9.37; the second column is the line
#: that each must become, byte for byte).
DISTURBANCES: Mapping[str, tuple[bytes, tuple[bytes, ...]]] = {
    "doubled CR": (b"\r\r\n+CREG: 1\r\r\n", (b"+CREG: 1",)),
    "no LF behind it": (b"\r\n+CREG: 1\r", (b"+CREG: 1",)),
    "no CR behind it": (b"\r\n+CREG: 1\n", (b"+CREG: 1",)),
    "no line end in front": (b"+CREG: 1\r\n", (b"+CREG: 1",)),
    "empty lines": (b"\r\n\r\n\r\n", ()),
    "three in one read": (crlf(FREE[0]) + crlf(FREE[1]) + crlf(FREE[2]), FREE),
    "three in one read, line ends shared": (b"\r\n" + b"\r\n".join(FREE) + b"\r\n", FREE),
    "the same twice": (crlf(FREE[1]) * 2, (FREE[1], FREE[1])),
    "no blank": (crlf(b'+CMTI:"SM",3'), (b'+CMTI:"SM",3',)),
    "many blanks": (crlf(b'+CMTI:   "SM" ,  3  '), (b'+CMTI:   "SM" ,  3  ',)),
    "sync bytes": (b"\r\n" + _SYNC + b"\r\n", (_SYNC,)),
    "a NUL": (b"\r\n\x00\r\n", (b"\x00",)),
    "an FF": (b"\r\n\xff\r\n", (b"\xff",)),
    "a line of no AT": (crlf(b"SOMETHING ELSE: 4"), (b"SOMETHING ELSE: 4",)),
    "garbled": (crlf(b"+CR\xc5G: 1"), (b"+CR\xc5G: 1",)),
    "a line of 255 characters": (crlf(b"+FOO: " + b"x" * 249), (b"+FOO: " + b"x" * 249,)),
}


@cache
def disturbances() -> tuple[Insertion, ...]:
    """All of them as insertions."""
    return tuple(Insertion(name, data, lines) for name, (data, lines) in DISTURBANCES.items())
