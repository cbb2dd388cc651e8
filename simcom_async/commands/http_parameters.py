"""The parameters of an HTTP request: AT+HTTPPARA and AT+HTTPSCONT (SIM800 AT manual V1.12 11.2.3, 11.2.7)."""

from enum import IntEnum
from typing import Annotated, Literal

from pydantic import SecretStr

from simcom_async.at.command import Command, Form, Service, Syntax
from simcom_async.at.fields import Range, Rest, Text
from simcom_async.at.message import Line, Reply, Times

__all__ = [
    "HttpContextRead",
    "HttpContextSave",
    "HttpContextSource",
    "HttpContextState",
    "HttpPara",
    "HttpParaBreak",
    "HttpParaBreakEnd",
    "HttpParaBreakEndLine",
    "HttpParaBreakLine",
    "HttpParaCid",
    "HttpParaCidLine",
    "HttpParaContent",
    "HttpParaContentLine",
    "HttpParaHead",
    "HttpParaProxyAddress",
    "HttpParaProxyAddressLine",
    "HttpParaProxyPort",
    "HttpParaProxyPortLine",
    "HttpParaRead",
    "HttpParaRedirect",
    "HttpParaRedirectLine",
    "HttpParaTimeout",
    "HttpParaTimeoutLine",
    "HttpParaUrl",
    "HttpParaUrlLine",
    "HttpParaUserAgent",
    "HttpParaUserAgentLine",
    "HttpParaUserHeaders",
    "HttpParaUserHeadersLine",
    "HttpParameter",
]


class HttpContextSource(IntEnum):
    """Where the HTTP parameters come from (SIM800 AT manual 11.2.7)."""

    SAVED = 0
    UNSAVED = 1


class HttpParaHead(Reply):
    """The line in front of the HTTP parameters (SIM800 AT manual 11.2.3)."""

    wire = Line("+HTTPPARA", ref="SIM800 AT manual 11.2.3")
    nothing: Literal[""] = ""


class HttpContextState(Reply):
    """Whether the HTTP parameters that follow are the saved ones (SIM800 AT manual 11.2.7)."""

    wire = Line("+HTTPSCONT", ref="SIM800 AT manual 11.2.7")
    mode: HttpContextSource


class HttpParameter(Reply):
    """One stored HTTP parameter; each tag has a line of its own (SIM800 AT manual 11.2.3, 11.2.7)."""


class HttpParaCidLine(HttpParameter):
    """The bearer of the requests (SIM800 AT manual 11.2.7)."""

    wire = Line("CID", times=Times.OPTIONAL, ref="SIM800 AT manual 11.2.7")
    value: int | None = None


class HttpParaUrlLine(HttpParameter):
    """The address of the next request (SIM800 AT manual 11.2.7)."""

    wire = Line("URL", times=Times.OPTIONAL, ref="SIM800 AT manual 11.2.7")
    value: Annotated[str, Rest()] = ""


class HttpParaUserAgentLine(HttpParameter):
    """The user agent (SIM800 AT manual 11.2.7)."""

    wire = Line("UA", times=Times.OPTIONAL, ref="SIM800 AT manual 11.2.7")
    value: Annotated[str, Rest()] = "SIMCom_MODULE"


class HttpParaProxyAddressLine(HttpParameter):
    """The address of the proxy (SIM800 AT manual 11.2.7)."""

    wire = Line("PROIP", times=Times.OPTIONAL, ref="SIM800 AT manual 11.2.7")
    value: Annotated[str, Rest()] = ""


class HttpParaProxyPortLine(HttpParameter):
    """The port of the proxy (SIM800 AT manual 11.2.7)."""

    wire = Line("PROPORT", times=Times.OPTIONAL, ref="SIM800 AT manual 11.2.7")
    value: int | None = None


class HttpParaRedirectLine(HttpParameter):
    """Whether redirects are followed (SIM800 AT manual 11.2.7)."""

    wire = Line("REDIR", times=Times.OPTIONAL, ref="SIM800 AT manual 11.2.7")
    value: int | None = 0


class HttpParaBreakLine(HttpParameter):
    """The first byte of the range (SIM800 AT manual 11.2.7)."""

    wire = Line("BREAK", times=Times.OPTIONAL, ref="SIM800 AT manual 11.2.7")
    value: int | None = 0


class HttpParaBreakEndLine(HttpParameter):
    """The last byte of the range (SIM800 AT manual 11.2.7)."""

    wire = Line("BREAKEND", times=Times.OPTIONAL, ref="SIM800 AT manual 11.2.7")
    value: int | None = 0


class HttpParaTimeoutLine(HttpParameter):
    """The time limit of a request in seconds (SIM800 AT manual 11.2.3)."""

    wire = Line("TIMEOUT", times=Times.OPTIONAL, ref="SIM800 AT manual 11.2.3")
    value: int | None = 120


class HttpParaContentLine(HttpParameter):
    """The content type of the request body (SIM800 AT manual 11.2.3)."""

    wire = Line("CONTENT", times=Times.OPTIONAL, ref="SIM800 AT manual 11.2.3")
    value: Annotated[str, Rest()] = ""


class HttpParaUserHeadersLine(HttpParameter):
    """The further header lines (SIM800 AT manual 11.2.7)."""

    wire = Line("USERDATA", times=Times.OPTIONAL, ref="SIM800 AT manual 11.2.7")
    secret = True
    value: Annotated[str, Rest()] = ""


_PARAMETER_LINES = (
    HttpParaCidLine,
    HttpParaUrlLine,
    HttpParaUserAgentLine,
    HttpParaProxyAddressLine,
    HttpParaProxyPortLine,
    HttpParaRedirectLine,
    HttpParaBreakLine,
    HttpParaBreakEndLine,
    HttpParaTimeoutLine,
    HttpParaContentLine,
    HttpParaUserHeadersLine,
)


class HttpPara(Command[None]):
    """Set one HTTP parameter; each tag has a class of its own (SIM800 AT manual 11.2.3)."""

    wire = Syntax(
        name="+HTTPPARA",
        form=Form.WRITE,
        service=Service.HTTP,
        needs=("HTTPINIT",),
        repeatable=True,
        ref="SIM800 AT manual 11.2.3",
    )


class HttpParaCid(HttpPara):
    """Choose the bearer of the requests; mandatory (SIM800 AT manual 11.2.3)."""

    wire = Syntax(
        name="+HTTPPARA",
        form=Form.WRITE,
        tested='"HTTPParamTag","HTTPParmValue"',  # one of the tags has the test form of them all
        service=Service.HTTP,
        needs=("HTTPINIT",),
        repeatable=True,
        ref="SIM800 AT manual 11.2.3",
    )
    tag: Annotated[Literal["CID"], Text()] = "CID"
    value: Annotated[int, Range(1, 3)] = 1


class HttpParaUrl(HttpPara):
    """Set the address of the next request; the scheme may be missing (SIM800 AT manual 11.2.3)."""

    tag: Annotated[Literal["URL"], Text()] = "URL"
    value: Annotated[str, Text(min=1)]


class HttpParaUserAgent(HttpPara):
    """Set the user agent (SIM800 AT manual 11.2.3)."""

    tag: Annotated[Literal["UA"], Text()] = "UA"
    value: Annotated[str, Text()] = "SIMCom_MODULE"


class HttpParaProxyAddress(HttpPara):
    """Set the address of the proxy (SIM800 AT manual 11.2.3, IP note 3.5)."""

    tag: Annotated[Literal["PROIP"], Text()] = "PROIP"
    value: Annotated[str, Text()]


class HttpParaProxyPort(HttpPara):
    """Set the port of the proxy (SIM800 AT manual 11.2.3, IP note 3.5)."""

    tag: Annotated[Literal["PROPORT"], Text()] = "PROPORT"
    value: Annotated[int, Range(0, 65535)]


class HttpParaRedirect(HttpPara):
    """Follow redirects (1) or not (0) (SIM800 AT manual 11.2.3, IP note 3.6)."""

    tag: Annotated[Literal["REDIR"], Text()] = "REDIR"
    value: Annotated[int, Range(0, 1)] = 0


class HttpParaBreak(HttpPara):
    """Set the first byte of the range that a GET asks for (SIM800 AT manual 11.2.3, IP note 3.7)."""

    tag: Annotated[Literal["BREAK"], Text()] = "BREAK"
    value: Annotated[int, Range(0)] = 0


class HttpParaBreakEnd(HttpPara):
    """Set the last byte of the range; below BREAK: up to the end (SIM800 AT manual 11.2.3)."""

    tag: Annotated[Literal["BREAKEND"], Text()] = "BREAKEND"
    value: Annotated[int, Range(0)] = 0


class HttpParaTimeout(HttpPara):
    """Set the time limit of a request in seconds (SIM800 AT manual 11.2.3)."""

    tag: Annotated[Literal["TIMEOUT"], Text()] = "TIMEOUT"
    value: Annotated[int, Range(30, 1000)] = 120


class HttpParaContent(HttpPara):
    """Set the content type of the request body (SIM800 AT manual 11.2.3)."""

    tag: Annotated[Literal["CONTENT"], Text()] = "CONTENT"
    value: Annotated[str, Text()]


class HttpParaUserHeaders(HttpPara):
    r"""Set further header lines (SIM800 AT manual 11.2.3).

    Between two lines stand the four characters ``\r\n``. They may hold credentials: they are not shown.
    """

    tag: Annotated[Literal["USERDATA"], Text()] = "USERDATA"
    value: Annotated[SecretStr, Text()]


class HttpParaRead(Command[tuple[HttpParameter, ...]]):
    """Read all HTTP parameters (SIM800 AT manual 11.2.3)."""

    wire = Syntax(
        name="+HTTPPARA",
        form=Form.READ,
        replies=(
            HttpParaHead,
            *_PARAMETER_LINES,
        ),
        needs=("HTTPINIT",),
        repeatable=True,
        ref="SIM800 AT manual 11.2.3",
    )


class HttpContextSave(Command[None]):
    """Save the HTTP parameters; they are loaded after a restart (SIM800 AT manual 11.2.7)."""

    wire = Syntax(
        name="+HTTPSCONT",
        form=Form.EXECUTE,
        service=Service.HTTP,
        needs=("HTTPINIT",),
        repeatable=True,
        ref="SIM800 AT manual 11.2.7",
    )


class HttpContextRead(Command[tuple[HttpContextState | HttpParameter, ...]]):
    """Read the HTTP parameters and whether they are saved (SIM800 AT manual 11.2.7)."""

    wire = Syntax(
        name="+HTTPSCONT",
        form=Form.READ,
        replies=(
            HttpContextState,
            *_PARAMETER_LINES,
        ),
        needs=("HTTPINIT",),
        repeatable=True,
        ref="SIM800 AT manual 11.2.7",
    )
