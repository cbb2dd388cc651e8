"""HTTP, FTP and their like: entries behind a header line, packets pushed, blocks pulled, streams until a byte."""

from typing import Annotated, Literal

from simcom_async.at.code import Code
from simcom_async.at.command import ByParameter, Command, Completion, Ending, Entry, Form, Granted, Syntax, Terminated
from simcom_async.at.escape import DLE_ETX, ETX_SUB
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Counted, Escaped, Line, Prompt, Reply, Times, Urc

PACKET_MAXIMUM = 4096


# --- CHTTPACT, CHTTPSEND, CFTPGET, CFTPPUT of the SIM7100 -------------------------------------------------------------


class ChttpCode(Code):
    """How a request ended (Internet service 6.2)."""

    SUCCESS = 0, "success"
    UNKNOWN_HOST = 222, "server name not resolved"


class ChttpRequest(Prompt):
    """The request may be entered (Internet service 6.1)."""

    wire = Line("+CHTTPACT")
    word: Literal["REQUEST"] = "REQUEST"


class ChttpPacket(Urc):
    """A part of the response follows (Internet service 6.1)."""

    wire = Line("+CHTTPACT", opens=Counted("length", maximum=PACKET_MAXIMUM))
    word: Literal["DATA"] = "DATA"
    length: int


class ChttpEnded(Urc):
    """The request has ended (Internet service 6.1)."""

    wire = Line("+CHTTPACT")
    code: ChttpCode


class Chttpact(Command[ChttpEnded]):
    """Send a request as it is entered (Internet service 6.1)."""

    wire = Syntax(
        name="+CHTTPACT",
        form=Form.WRITE,
        entry=Entry(prompt=ChttpRequest, size=Terminated(ETX_SUB), echoed=True),
        completion=Completion(endings=(Ending(ChttpEnded),), packets=(ChttpPacket,), holds_port=True),
    )
    host: Annotated[str, Text()]
    port: Annotated[int, Range(1, 65535)]


class ChttpsSent(Urc):
    """What was entered has been sent (Internet service 7.5)."""

    wire = Line("+CHTTPSEND")
    result: int


class ChttpsUnsent(Reply):
    """How many bytes wait to be sent (Internet service 7.5)."""

    wire = Line("+CHTTPSEND")
    unsent: int


class ChttpsSend(Command[ChttpsSent]):
    """Send what was entered (Internet service 7.5)."""

    wire = Syntax(name="+CHTTPSEND", form=Form.EXECUTE, completion=Completion(endings=(Ending(ChttpsSent),)))


class ChttpsSendRead(Command[ChttpsUnsent]):
    """Ask how many bytes wait to be sent (Internet service 7.5)."""

    wire = Syntax(name="+CHTTPSEND", form=Form.READ, replies=(ChttpsUnsent,))


class CftpPacket(Urc):
    """A part of the file follows (Internet service 5.9)."""

    wire = Line("+CFTPGET", opens=Counted("length", maximum=PACKET_MAXIMUM))
    word: Literal["DATA"] = "DATA"
    length: int


class CftpGot(Urc):
    """The download has ended (Internet service 5.9)."""

    wire = Line("+CFTPGET")
    code: int


class CftpGet(Command[CftpGot]):
    """Download a file (Internet service 5.9)."""

    wire = Syntax(
        name="+CFTPGET",
        form=Form.WRITE,
        completion=Completion(endings=(Ending(CftpGot),), packets=(CftpPacket,), holds_port=True),
    )
    path: Annotated[str, Text(tagged=True)]


class CftpBegin(Prompt):
    """The file may be entered (Internet service 5.10)."""

    wire = Line("+CFTPPUT")
    word: Literal["BEGIN"] = "BEGIN"


class CftpPutFailed(Reply):
    """The upload has failed (Internet service 5.10)."""

    wire = Line("+CFTPPUT", times=Times.OPTIONAL)
    code: int


class CftpPut(Command[CftpPutFailed | None]):
    """Upload a file as it is entered (Internet service 5.10)."""

    wire = Syntax(
        name="+CFTPPUT",
        form=Form.WRITE,
        replies=(CftpPutFailed,),
        entry=Entry(prompt=CftpBegin, size=Terminated(ETX_SUB)),
    )
    path: Annotated[str, Text(tagged=True)]


# --- FTP of the SIM800 and the SIM7000 --------------------------------------------------------------------------------


class FtpState(Urc):
    """1: data wait, 0: the session has ended, else why it failed (IP note 3.9)."""

    wire = Line("+FTPGET")
    mode: Literal[1] = 1
    code: int


class FtpGet(Command[FtpState]):
    """Open a download (IP note 3.9)."""

    wire = Syntax(
        name="+FTPGET",
        form=Form.WRITE,
        completion=Completion(endings=(Ending(FtpState, unless=(("code", (1,)),)),)),
    )
    mode: Literal[1] = 1


class FtpBlock(Reply):
    """So many bytes follow (IP note 3.9)."""

    wire = Line("+FTPGET", opens=Counted("length", maximum=1460))
    mode: Literal[2] = 2
    length: int


class FtpGetRead(Command[FtpBlock]):
    """Read what has come (IP note 3.9)."""

    wire = Syntax(name="+FTPGET", form=Form.WRITE, replies=(FtpBlock,))
    mode: Literal[2] = 2
    length: Annotated[int, Range(1, 1460)]


class FtpCredit(Urc):
    """So many bytes may be asked for (IP note 3.10)."""

    wire = Line("+FTPPUT")
    mode: Literal[1] = 1
    code: Literal[1] = 1
    maximum: int


class FtpPutState(Urc):
    """How the upload ended (IP note 3.10)."""

    wire = Line("+FTPPUT")
    mode: Literal[1] = 1
    code: int


class FtpPutGrant(Prompt):
    """So many bytes are taken now (IP note 3.10)."""

    wire = Line("+FTPPUT")
    mode: Literal[2] = 2
    length: int


class FtpPutBlock(Command[None]):
    """Hand over a block (IP note 3.10)."""

    wire = Syntax(name="+FTPPUT", form=Form.WRITE, entry=Entry(prompt=FtpPutGrant, size=Granted("length")))
    mode: Literal[2] = 2
    length: Annotated[int, Range(1, 1460)]


class FtpExtPrompt(Prompt):
    """The bytes of the extended upload may be entered (IP note 3.20)."""

    wire = Line("+FTPEXTPUT")
    position: int
    length: int


class FtpExtPut(Command[None]):
    """Enter bytes for the extended upload (IP note 3.20)."""

    wire = Syntax(
        name="+FTPEXTPUT",
        form=Form.WRITE,
        entry=Entry(prompt=FtpExtPrompt, size=ByParameter("length"), timer="time"),
    )
    mode: Literal[2] = 2
    position: int
    length: int
    time: int


class FtpQuit(Command[None]):
    """Give up the operation under way, which ends with its own line (FTP note 3.17)."""

    wire = Syntax(name="+FTPQUIT", form=Form.EXECUTE)


class FtpEtPutReady(Prompt):
    """The file may be entered, up to ETX (FTP note 3.15)."""

    wire = Line("+FTPETPUT")
    mode: Literal[2] = 2
    code: Literal[1] = 1


class FtpEtPutState(Urc):
    """1: ready for data, 0: the upload has ended, else why it failed (FTP note 3.15)."""

    wire = Line("+FTPETPUT")
    mode: Literal[1] = 1
    code: int


class FtpEtPutData(Command[None]):
    """Enter the file; an OK may stand in front of the prompt as well (FTP note 3.15, D08)."""

    wire = Syntax(
        name="+FTPETPUT",
        form=Form.WRITE,
        entry=Entry(prompt=FtpEtPutReady, size=Terminated(DLE_ETX), ok_first=True),
    )
    mode: Literal[2] = 2


class FtpEtData(Urc):
    """The file follows, up to ETX (FTP note 3.16)."""

    wire = Line("+FTPETGET", opens=Escaped(DLE_ETX))
    mode: Literal[1] = 1
    state: Literal[1] = 1


class FtpEtState(Urc):
    """How the download ended (FTP note 3.16)."""

    wire = Line("+FTPETGET")
    mode: Literal[1] = 1
    code: int


class FtpEtGet(Command[FtpEtState]):
    """Download a file as one stream (FTP note 3.16)."""

    wire = Syntax(
        name="+FTPETGET",
        form=Form.WRITE,
        completion=Completion(
            endings=(Ending(FtpEtState, unless=(("code", (1,)),)),), packets=(FtpEtData,), holds_port=True
        ),
    )
    mode: Literal[1] = 1
