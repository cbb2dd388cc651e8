"""Transfers of the SIM7100's FTPS: AT+CFTPSLIST to AT+CFTPSPUT.

Source: SIM7100 Internet service V0.01, 8.11 to 8.15; where it is silent, SIM5320 AT manual V2.02 16.4. They need a
session; a name without a slash is meant in its current directory. What is not ASCII stands as ``{non-ascii}"hex"``, and
the server gets these very bytes.
"""

from typing import Annotated, Literal

from simcom_async.at.command import (
    Abort,
    ByParameter,
    Command,
    Completion,
    Ending,
    Entry,
    Form,
    Means,
    Patience,
    Position,
    Service,
    Syntax,
)
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Counted, Line, Prompt, Reply, Spacing, Times, Urc
from simcom_async.commands.cftps import CftpsCode, CftpsEvent
from simcom_async.commands.cftps_files import CFTPS_PATH_MAXIMUM
from simcom_async.commands.general import At

__all__ = [
    "CFTPS_PACKET_MAXIMUM",
    "CFTPS_PUT_MAXIMUM",
    "CftpsGet",
    "CftpsGetEvent",
    "CftpsGetFile",
    "CftpsGetFileEvent",
    "CftpsGetPacket",
    "CftpsList",
    "CftpsListEvent",
    "CftpsListHere",
    "CftpsListPacket",
    "CftpsPut",
    "CftpsPutEvent",
    "CftpsPutFile",
    "CftpsPutFileEvent",
    "CftpsPutFinish",
    "CftpsPutMore",
    "CftpsPutPrompt",
    "CftpsPutRead",
    "CftpsPutUnsent",
]

#: The longest packet that is believed, in bytes; modules send some 1000 to 1500 (SIM7100 Internet service 8.14).
CFTPS_PACKET_MAXIMUM = 65536
#: The longest block of an upload, in bytes (SIM5320 AT manual 16.4.15; the SIM7100 document has no number).
CFTPS_PUT_MAXIMUM = 1024

_OFFSET_MAXIMUM = 2_147_483_647
#: 120 s when the server is silent (SIM5320 AT manual 16.4.19), and a margin.
_SILENCE = 130.0
#: For the prompt of a block that finds room in the module's memory.
_ROOM = 30.0
_LOGGED_IN = ("CFTPSLOGIN",)
#: Nothing stops what the module pushes; one that answers AT has ended it.
_ABORT = Abort(command=At)


class CftpsListEvent(CftpsEvent):
    """The end of a listing (SIM7100 Internet service 8.11, which has CFTPSSLIST as well)."""

    wire = Line("+CFTPSLIST", aliases=("+CFTPSSLIST",), ref="SIM7100 Internet service 8.11")


class CftpsListPacket(Urc):
    """``length`` bytes of the listing follow (SIM7100 Internet service 8.11)."""

    wire = Line(
        "+CFTPSLIST",
        aliases=("+CFTPSSLIST",),
        opens=Counted("length", maximum=CFTPS_PACKET_MAXIMUM),
        ref="SIM7100 Internet service 8.11",
    )
    kind: Literal["DATA"] = "DATA"
    length: Annotated[int, Range(0, CFTPS_PACKET_MAXIMUM)]


class CftpsGetFileEvent(CftpsEvent):
    """The end of a download into the module (SIM7100 Internet service 8.12)."""

    wire = Line("+CFTPSGETFILE", ref="SIM7100 Internet service 8.12")


class CftpsPutFileEvent(CftpsEvent):
    """The end of an upload out of the module (SIM7100 Internet service 8.13)."""

    wire = Line("+CFTPSPUTFILE", aliases=("+CFTPSPPUTFILE",), ref="SIM7100 Internet service 8.13")


class CftpsGetEvent(CftpsEvent):
    """The end of a download to the serial line (SIM7100 Internet service 8.14)."""

    wire = Line("+CFTPSGET", ref="SIM7100 Internet service 8.14")


class CftpsGetPacket(Urc):
    """``length`` bytes of the file follow, as they are (SIM7100 Internet service 8.14)."""

    wire = Line(
        "+CFTPSGET",
        documented=Spacing(comma=", "),
        opens=Counted("length", maximum=CFTPS_PACKET_MAXIMUM),
        ref="SIM7100 Internet service 8.14",
    )
    kind: Literal["DATA"] = "DATA"
    length: Annotated[int, Range(0, CFTPS_PACKET_MAXIMUM)]


class CftpsPutEvent(CftpsEvent, Reply):
    """The end of an upload; in front of the ERROR of a block, why it failed (SIM7100 Internet service 8.15)."""

    wire = Line("+CFTPSPUT", aliases=("+CFTPSSPUT",), times=Times.OPTIONAL, ref="SIM7100 Internet service 8.15")


class CftpsPutPrompt(Prompt):
    """The module waits for the bytes of a block; nothing follows the mark (SIM7100 Internet service 8.15)."""

    wire = Line(">", mark=True, ref="SIM7100 Internet service 8.15")


class CftpsPutUnsent(Reply):
    """Bytes of the upload that wait in the module to be sent (SIM7100 Internet service 8.15)."""

    wire = Line("+CFTPSPUT", ref="SIM7100 Internet service 8.15")
    unsent: Annotated[int, Range(0)]


class CftpsList(Command[CftpsListEvent]):
    """List a directory in packets that the module pushes, and wait for the end; the port is taken until then.

    Source: SIM7100 Internet service 8.11.
    """

    wire = Syntax(
        name="+CFTPSLIST",
        form=Form.WRITE,
        aliases=("+CFTPSSLIST",),
        completion=Completion(
            endings=(Ending(CftpsListEvent),), packets=(CftpsListPacket,), position=Position.EITHER, holds_port=True
        ),
        patience=Patience(completion=_SILENCE),
        service=Service.FTPS,
        needs=_LOGGED_IN,
        abort=_ABORT,
        codes=CftpsCode,
        ref="SIM7100 Internet service 8.11",
    )
    directory: Annotated[str, Text(min=1, max=CFTPS_PATH_MAXIMUM, tagged=True, octets=True)]


class CftpsListHere(Command[CftpsListEvent]):
    """List the current directory, as AT+CFTPSLIST with one does (SIM7100 Internet service 8.11)."""

    wire = Syntax(
        name="+CFTPSLIST",
        form=Form.EXECUTE,
        aliases=("+CFTPSSLIST",),
        completion=Completion(
            endings=(Ending(CftpsListEvent),), packets=(CftpsListPacket,), position=Position.EITHER, holds_port=True
        ),
        patience=Patience(completion=_SILENCE),
        service=Service.FTPS,
        needs=_LOGGED_IN,
        abort=_ABORT,
        codes=CftpsCode,
        ref="SIM7100 Internet service 8.11",
    )


class CftpsGetFile(Command[CftpsGetFileEvent]):
    """Download a file into a directory of the module, and wait for the end (SIM7100 Internet service 8.12).

    ``directory``: as with AT+CFTPGETFILE. ``offset``: the byte from which it goes on (SIM5320 AT manual 16.4).
    """

    wire = Syntax(
        name="+CFTPSGETFILE",
        form=Form.WRITE,
        aliases=("+CFTSPGETFILE",),
        tested='[{non-ascii}]"FILEPATH", (0-8)',
        completion=Completion(endings=(Ending(CftpsGetFileEvent),), position=Position.EITHER),
        patience=Patience(completion=_SILENCE),
        service=Service.FTPS,
        needs=_LOGGED_IN,
        codes=CftpsCode,
        ref="SIM7100 Internet service 8.12",
    )
    path: Annotated[str, Text(min=1, max=CFTPS_PATH_MAXIMUM, tagged=True, octets=True)]
    directory: Annotated[int, Range(0, 8)] = 0
    offset: Annotated[int | None, Range(0, _OFFSET_MAXIMUM)] = None


class CftpsPutFile(Command[CftpsPutFileEvent]):
    """Upload a file of a directory of the module, and wait for the end (SIM7100 Internet service 8.13).

    The file has the last name of ``path``; ``directory`` and ``offset`` are those of AT+CFTPSGETFILE.
    """

    wire = Syntax(
        name="+CFTPSPUTFILE",
        form=Form.WRITE,
        aliases=("+CFTPSPPUTFILE",),
        tested='[{non-ascii}] "FILEPATH", (0-8)',
        completion=Completion(endings=(Ending(CftpsPutFileEvent),), position=Position.EITHER),
        patience=Patience(completion=_SILENCE),
        service=Service.FTPS,
        needs=_LOGGED_IN,
        codes=CftpsCode,
        ref="SIM7100 Internet service 8.13",
    )
    path: Annotated[str, Text(min=1, max=CFTPS_PATH_MAXIMUM, tagged=True, octets=True)]
    directory: Annotated[int, Range(0, 8)] = 0
    offset: Annotated[int | None, Range(0, _OFFSET_MAXIMUM)] = None


class CftpsGet(Command[CftpsGetEvent]):
    """Download a file to the serial line, in packets that the module pushes, and wait for the end.

    The port is taken until then. ``offset``: the byte from which it goes on (SIM5320 AT manual 16.4). Patience covers a
    server that is silent; give a longer time for a transfer. Source: SIM7100 Internet service 8.14.
    """

    wire = Syntax(
        name="+CFTPSGET",
        form=Form.WRITE,
        tested='[{non-ascii}] "FILEPATH"',
        completion=Completion(
            endings=(Ending(CftpsGetEvent),), packets=(CftpsGetPacket,), position=Position.EITHER, holds_port=True
        ),
        patience=Patience(completion=_SILENCE),
        service=Service.FTPS,
        needs=_LOGGED_IN,
        abort=_ABORT,
        codes=CftpsCode,
        ref="SIM7100 Internet service 8.14",
    )
    path: Annotated[str, Text(min=1, max=CFTPS_PATH_MAXIMUM, tagged=True, octets=True)]
    offset: Annotated[int | None, Range(0, _OFFSET_MAXIMUM)] = None


class CftpsPut(Command[None]):
    """Begin an upload with its first block; AT+CFTPSPUT alone ends it (SIM7100 Internet service 8.15).

    OK says that the module has the block, AT+CFTPSPUT? how much of it still waits. A block has at most 1024 bytes
    (SIM5320 AT manual 16.4.15). ``offset``: the byte of the file at the server from which it goes on.
    """

    wire = Syntax(
        name="+CFTPSPUT",
        form=Form.WRITE,
        replies=(CftpsPutEvent,),
        entry=Entry(prompt=CftpsPutPrompt, size=ByParameter("length"), maximum=CFTPS_PUT_MAXIMUM),
        patience=Patience(prompt=_SILENCE, final=_SILENCE),
        service=Service.FTPS,
        needs=_LOGGED_IN,
        abort=Abort(entry=Means.FILL),
        codes=CftpsCode,
        ref="SIM7100 Internet service 8.15",
    )
    path: Annotated[str, Text(min=1, max=CFTPS_PATH_MAXIMUM, tagged=True, octets=True)]
    length: Annotated[int, Range(1, CFTPS_PUT_MAXIMUM)]
    offset: Annotated[int | None, Range(0, _OFFSET_MAXIMUM)] = None


class CftpsPutMore(Command[None]):
    """The next block of the upload that AT+CFTPSPUT with a path has begun (SIM7100 Internet service 8.15).

    No server is asked before its prompt: the block goes to the module's memory. See there by AT+CFTPSPUT? to its room.
    """

    wire = Syntax(
        name="+CFTPSPUT",
        form=Form.WRITE,
        replies=(CftpsPutEvent,),
        entry=Entry(prompt=CftpsPutPrompt, size=ByParameter("length"), maximum=CFTPS_PUT_MAXIMUM),
        patience=Patience(prompt=_ROOM, final=_SILENCE),
        service=Service.FTPS,
        needs=("CFTPSPUT",),
        abort=Abort(entry=Means.FILL),
        codes=CftpsCode,
        ref="SIM7100 Internet service 8.15",
    )
    length: Annotated[int, Range(1, CFTPS_PUT_MAXIMUM)]


class CftpsPutFinish(Command[CftpsPutEvent]):
    """Say that the file is complete, and wait until the server has it (SIM7100 Internet service 8.15)."""

    wire = Syntax(
        name="+CFTPSPUT",
        form=Form.EXECUTE,
        completion=Completion(endings=(Ending(CftpsPutEvent),), position=Position.EITHER),
        patience=Patience(completion=_SILENCE),
        service=Service.FTPS,
        needs=("CFTPSPUT",),
        codes=CftpsCode,
        ref="SIM7100 Internet service 8.15",
    )


class CftpsPutRead(Command[CftpsPutUnsent]):
    """Ask how much of the upload waits to be sent; 0 when there is none (SIM7100 Internet service 8.15).

    The answer looks as the end of an upload does: while that is awaited this command waits for it.
    """

    wire = Syntax(
        name="+CFTPSPUT",
        form=Form.READ,
        replies=(CftpsPutUnsent,),
        service=Service.FTPS,
        repeatable=True,
        ref="SIM7100 Internet service 8.15",
    )
