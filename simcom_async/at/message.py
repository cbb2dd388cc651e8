"""Messages: one line of AT text each, its fields in wire order.

A message is declared once, as data. Host and virtual modem read the same declaration::

    class HttpActionResult(Urc):
        '''The outcome of AT+HTTPACTION (SIM800 IP note 3.2).'''

        wire = Line("+HTTPACTION")
        method: HttpMethod
        status: HttpStatus
        length: Annotated[int, Range(0)]
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from simcom_async.at.escape import EscapeCodec

__all__ = ["Counted", "Escaped", "Line", "Message", "Payload", "Prompt", "Reply", "Spacing", "Times", "Urc"]


class Times(Enum):
    """How often a message comes inside one reply."""

    ONE = "one"
    OPTIONAL = "optional"
    MANY = "many"


@dataclass(frozen=True, slots=True)
class Spacing:
    """What stands behind the tag and between the fields. A receiver ignores blanks in either place."""

    colon: str = ": "
    comma: str = ","


@dataclass(frozen=True, slots=True)
class Counted:
    """A payload of as many bytes as ``field`` of its header line says; more than ``maximum`` is a protocol error."""

    field: str
    maximum: int


@dataclass(frozen=True, slots=True)
class Escaped:
    """A payload that ends with the terminator of its ``codec``."""

    codec: EscapeCodec


Payload = Counted | Escaped


@dataclass(frozen=True, slots=True)
class Line:
    """How a message stands on the wire.

    ``tag`` is the text before the colon, or the whole line of a message without fields; empty: the line has no tag.
    ``{name}`` in it stands for a field with a bounded Range (``+SAPBR {cid}``). ``aliases`` are other tags that a
    receiver accepts (misprints, other firmware). ``separator`` is a comma, or a blank where the document has one.
    ``shape`` is the text that the fields stand in where they are not simply separated (``{drive}:({total}, {used})``).
    ``spacing`` is how real firmware prints it and ``documented`` how the document does, where that differs;
    ``documented_tag`` is the alias that the document has in place of the tag. ``then`` is the untagged message that may
    follow as the next line. ``mark`` is a prompt without line end. ``ref`` is its place in the manual.
    """

    tag: str
    aliases: tuple[str, ...] = ()
    separator: str = ","
    shape: str = ""
    spacing: Spacing = Spacing()
    documented: Spacing | None = None
    documented_tag: str = ""
    times: Times = Times.ONE
    opens: Payload | None = None
    then: "type[Message] | None" = None
    mark: bool = False
    ref: str = ""


class Message(BaseModel):
    """One line of AT text. Frozen; fields in wire order; constants are Literal fields with their value as default.

    A constant with ``Field(exclude=True)`` is not on the wire: what another line of the same topic says and this one
    leaves unsaid.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    wire: ClassVar[Any]
    secret: ClassVar[bool] = False


class Reply(Message):
    """Module to host, inside the reply to a command."""

    wire: ClassVar[Line]


class Prompt(Reply):
    """Module to host: ready for an entry. A mark (``>``) or a header line (``+CFTPPUT: BEGIN``, ``+FTPPUT: 2,100``)."""


class Urc(Message):
    """Module to host, at any time: an unsolicited result code, or the completion of an operation.

    A message that is both Reply and Urc (``+CPIN: READY``) answers its command and is published as an URC as well.
    """

    wire: ClassVar[Line]
