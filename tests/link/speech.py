"""A small dialect with one command of every shape that the link has to deal with."""

from typing import Annotated

from pydantic import SecretStr

from simcom_async.at.command import (
    Abort,
    ByParameter,
    Change,
    Command,
    Completion,
    Ending,
    Entry,
    Form,
    Granted,
    Means,
    Patience,
    Position,
    Probe,
    Service,
    Syntax,
    Terminated,
)
from simcom_async.at.dialect import Dialect
from simcom_async.at.escape import DLE_ETX, ETX_SUB, SUB_ONLY
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Counted, Escaped, Line, Prompt, Reply, Urc
from simcom_async.at.setting import Setting
from simcom_async.commands.general import At
from simcom_async.commands.topics import ModuleBooted


class Ready(ModuleBooted):
    """The module has started."""

    wire = Line("RDY")


class Level(Reply, Urc):
    """A level: an answer, and a report."""

    wire = Line("+LEVEL")
    value: int


class LevelRead(Command[Level]):
    """Ask for the level."""

    wire = Syntax(name="+LEVEL", form=Form.READ, replies=(Level,), repeatable=True)


class Work(Command[None]):
    """Nothing but OK, and not to be repeated."""

    wire = Syntax(name="+WORK", form=Form.EXECUTE, patience=Patience(final=5))


class Hasty(Command[None]):
    """Wants its first byte within a second."""

    wire = Syntax(name="+HASTY", form=Form.EXECUTE, patience=Patience(first=1, final=5))


class Password(Setting):
    """A secret."""

    wire = Syntax(name="+PASS", form=Form.WRITE, patience=Patience(final=5))
    password: Annotated[SecretStr, Text(max=20)] = SecretStr("")


class ActionDone(Urc):
    """The end of an action."""

    wire = Line("+ACTION")
    method: int
    status: int


class Idleness(Reply):
    """Whether an action is under way."""

    wire = Line("+IDLE")
    state: int


class IdleRead(Command[Idleness]):
    """Ask whether an action is under way."""

    wire = Syntax(name="+IDLE", form=Form.READ, replies=(Idleness,), service=Service.HTTP, patience=Patience(final=2))


class Stop(Command[None]):
    """Stop the action."""

    wire = Syntax(name="+STOP", form=Form.EXECUTE, service=Service.HTTP, patience=Patience(final=2))


class Action(Command[ActionDone]):
    """Something that ends later, and can be stopped."""

    wire = Syntax(
        name="+ACTION",
        form=Form.WRITE,
        completion=Completion(endings=(Ending(ActionDone, same=("method",)),), position=Position.EITHER),
        patience=Patience(final=5, completion=30),
        service=Service.HTTP,
        abort=Abort(after=Means.COMMAND, command=Stop),
        probe=Probe(IdleRead, "state", 0),
    )
    method: Annotated[int, Range(0, 2)]


class Sent(Urc):
    """The end of sending a mail."""

    wire = Line("+SEND")
    code: int


class SendMail(Command[Sent]):
    """Something that ends later and cannot be stopped."""

    wire = Syntax(
        name="+SEND",
        form=Form.EXECUTE,
        completion=Completion(endings=(Ending(Sent),)),
        patience=Patience(final=5, completion=30),
        service=Service.SMTP,
        excludes=(Service.POP3,),
    )


class SendState(Reply):
    """A reply of exactly the shape of the completion of SendMail."""

    wire = Line("+SEND")
    code: int


class SendRead(Command[SendState]):
    """Ask about the mail."""

    wire = Syntax(name="+SEND", form=Form.READ, replies=(SendState,))


class Open(Command[None]):
    """Begin with mails."""

    wire = Syntax(name="+POP", form=Form.EXECUTE, service=Service.POP3)


class Download(Prompt):
    """Ready for counted bytes."""

    wire = Line("DOWNLOAD")


class Put(Command[None]):
    """Counted bytes after a prompt; what was begun is filled up."""

    wire = Syntax(
        name="+PUT",
        form=Form.WRITE,
        entry=Entry(prompt=Download, size=ByParameter("size"), maximum=100_000),
        patience=Patience(prompt=2, final=5, idle=3),
        abort=Abort(entry=Means.FILL),
    )
    size: Annotated[int, Range(0, 200_000)]


class TimedPut(Command[None]):
    """Counted bytes that the module stops waiting for by itself."""

    wire = Syntax(
        name="+TPUT",
        form=Form.WRITE,
        entry=Entry(prompt=Download, size=ByParameter("size"), timer="time"),
        patience=Patience(prompt=2, final=5, idle=3),
    )
    size: int
    time: int


class Credit(Prompt):
    """The number of bytes that may be entered."""

    wire = Line("+OFFER")
    count: int


class Offer(Command[Credit]):
    """As many bytes as are granted."""

    wire = Syntax(
        name="+OFFER",
        form=Form.WRITE,
        replies=(Credit,),
        entry=Entry(prompt=Credit, size=Granted("count", "size")),
        patience=Patience(prompt=2, final=5, idle=3),
        abort=Abort(entry=Means.FILL),
    )
    size: int


class Arrow(Prompt):
    """Ready for text."""

    wire = Line(">", mark=True)


class Body(Command[None]):
    """Text until Ctrl-Z; ESC cancels."""

    wire = Syntax(
        name="+BODY",
        form=Form.EXECUTE,
        entry=Entry(prompt=Arrow, size=Terminated(SUB_ONLY), maximum=5000, echoed=True),
        patience=Patience(prompt=2, final=5, idle=3),
        abort=Abort(entry=Means.ESC),
    )


class Stream(Command[None]):
    """Escaped bytes until Ctrl-Z, which is also how they are given up."""

    wire = Syntax(
        name="+STREAM",
        form=Form.EXECUTE,
        entry=Entry(prompt=Arrow, size=Terminated(ETX_SUB)),
        patience=Patience(prompt=2, final=5, idle=3),
        abort=Abort(entry=Means.SUB),
    )


class Distant(Command[None]):
    """As Stream, but the module asks a server before it asks for the entry."""

    wire = Syntax(
        name="+DISTANT",
        form=Form.EXECUTE,
        entry=Entry(prompt=Download, size=Terminated(ETX_SUB)),
        patience=Patience(prompt=100, final=100, idle=3),
        abort=Abort(entry=Means.SUB),
    )


class ReadHeader(Reply):
    """The header of counted bytes."""

    wire = Line("+READ", opens=Counted("length", 100_000))
    length: int


class Read(Command[ReadHeader]):
    """Counted bytes from the module."""

    wire = Syntax(
        name="+READ", form=Form.EXECUTE, replies=(ReadHeader,), patience=Patience(final=5, idle=3), repeatable=True
    )


class Packet(Urc):
    """A packet of a download."""

    wire = Line("+GET", opens=Counted("length", 2000))
    word: Annotated[str, Text(quoted=False, pattern="DATA")]
    length: int


class GetDone(Urc):
    """The end of a download."""

    wire = Line("+GET")
    code: int


class StopGet(Command[None]):
    """Stop the download."""

    wire = Syntax(name="+STOPGET", form=Form.EXECUTE, patience=Patience(final=2))


class Get(Command[GetDone]):
    """A download that holds the port until its end."""

    wire = Syntax(
        name="+GET",
        form=Form.EXECUTE,
        completion=Completion(endings=(Ending(GetDone),), packets=(Packet,), holds_port=True),
        patience=Patience(final=5, completion=10, idle=3),
        service=Service.FTP,
        abort=Abort(after=Means.COMMAND, command=StopGet),
    )


class Pushed(Urc):
    """A file follows, up to ETX."""

    wire = Line("+PUSH", opens=Escaped(DLE_ETX))
    word: Annotated[str, Text(quoted=False, pattern="DATA")]


class PushDone(Urc):
    """The end of a pushed file."""

    wire = Line("+PUSH")
    code: int


class Push(Command[PushDone]):
    """A file that holds the port until its end, and that nothing stops."""

    wire = Syntax(
        name="+PUSH",
        form=Form.EXECUTE,
        completion=Completion(endings=(Ending(PushDone),), packets=(Pushed,), holds_port=True),
        patience=Patience(final=5, completion=10, idle=3),
        service=Service.FTP,
    )


class Packed(Urc):
    """So many bytes follow."""

    wire = Line("+PACK", opens=Counted("length", maximum=100))
    word: Annotated[str, Text(quoted=False, pattern="DATA")]
    length: int


class PackDone(Urc):
    """The end of a file in packets."""

    wire = Line("+PACK")
    code: int


class Pack(Command[PackDone]):
    """A file in packets that holds the port until its end, and that nothing stops; OK to AT shows that it has ended."""

    wire = Syntax(
        name="+PACK",
        form=Form.EXECUTE,
        completion=Completion(endings=(Ending(PackDone),), packets=(Packed,), holds_port=True),
        patience=Patience(final=5, completion=60, idle=3),
        service=Service.FTP,
        abort=Abort(command=At),
    )


class Connected(Urc):
    """The end of dialling."""

    wire = Line("+DIAL")
    code: int


class Dial(Command[Connected]):
    """Holds the port until its end; ESC ends it."""

    wire = Syntax(
        name="+DIAL",
        form=Form.EXECUTE,
        completion=Completion(endings=(Ending(Connected),), holds_port=True),
        patience=Patience(final=5, completion=10),
        abort=Abort(after=Means.ESC),
    )


class Note(Urc):
    """A completion that may stay away."""

    wire = Line("+NOTE")
    value: int


class Write(Command[Note | None]):
    """Its completion may stay away."""

    wire = Syntax(
        name="+NOTE",
        form=Form.EXECUTE,
        completion=Completion(endings=(Ending(Note),), optional=True),
        patience=Patience(final=5, completion=20),
    )


class Rate(Setting):
    """The rate of the line."""

    wire = Syntax(name="+RATE", form=Form.WRITE, changes=(Change("baud", field="rate"),))
    rate: int = 115200


class Unspoken(Command[None]):
    """Not a command of the dialect."""

    wire = Syntax(name="+UNSPOKEN", form=Form.EXECUTE)


SPEECH = Dialect(
    name="speech",
    commands=(
        At,
        LevelRead,
        Work,
        Hasty,
        Password,
        IdleRead,
        Stop,
        Action,
        SendMail,
        SendRead,
        Open,
        Put,
        TimedPut,
        Offer,
        Body,
        Stream,
        Distant,
        Read,
        StopGet,
        Get,
        Push,
        Pack,
        Dial,
        Write,
        Rate,
    ),
    messages=(Ready, Level, ActionDone, Sent),
)
