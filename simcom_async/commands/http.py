"""HTTP of the SIM800: AT+HTTPINIT to AT+HTTPSSL (SIM800 AT manual V1.12 chapter 11, SIM800 IP note V1.01).

Status numbers up to 599 are the server's; 600 and above are the module's own.
"""

from enum import IntEnum, StrEnum
from typing import Annotated, Literal

from simcom_async.at.code import Code
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
    Probe,
    Service,
    Syntax,
)
from simcom_async.at.fields import Range
from simcom_async.at.message import Counted, Line, Prompt, Reply, Times, Urc
from simcom_async.at.setting import Setting

__all__ = [
    "BODY_MAXIMUM",
    "HttpAction",
    "HttpActionResult",
    "HttpActivity",
    "HttpDataClear",
    "HttpDataInput",
    "HttpDownload",
    "HttpGetHead",
    "HttpHead",
    "HttpHeadHeader",
    "HttpInit",
    "HttpMethod",
    "HttpProgress",
    "HttpRead",
    "HttpReadHeader",
    "HttpReadRange",
    "HttpSsl",
    "HttpStatus",
    "HttpStatusRead",
    "HttpTerm",
    "HttpVerb",
]

#: What the module can hold of a body, in bytes (SIM800 AT manual 11.2.4, 11.2.6).
BODY_MAXIMUM = 319_488


class HttpMethod(IntEnum):
    """The method of a request, as AT+HTTPACTION has it (SIM800 AT manual 11.2.5)."""

    GET = 0
    POST = 1
    HEAD = 2
    DELETE = 3


class HttpVerb(StrEnum):
    """The method of the last request, as AT+HTTPSTATUS? prints it (SIM800 IP note 3.8)."""

    GET = "GET"
    POST = "POST"
    HEAD = "HEAD"
    DELETE = "DELETE"


class HttpActivity(IntEnum):
    """What the HTTP service is doing (SIM800 AT manual 11.2.8)."""

    IDLE = 0
    RECEIVING = 1
    SENDING = 2


class HttpStatus(Code):
    """How a request ended: the server's status, or the module's own 600 to 606 (SIM800 AT manual 11.2.5)."""

    CONTINUE = 100, "Continue"
    SWITCHING_PROTOCOLS = 101, "Switching Protocols"
    OK = 200, "OK"
    CREATED = 201, "Created"
    ACCEPTED = 202, "Accepted"
    NON_AUTHORITATIVE_INFORMATION = 203, "Non-Authoritative Information"
    NO_CONTENT = 204, "No Content"
    RESET_CONTENT = 205, "Reset Content"
    PARTIAL_CONTENT = 206, "Partial Content"
    MULTIPLE_CHOICES = 300, "Multiple Choices"
    MOVED_PERMANENTLY = 301, "Moved Permanently"
    FOUND = 302, "Found"
    SEE_OTHER = 303, "See Other"
    NOT_MODIFIED = 304, "Not Modified"
    USE_PROXY = 305, "Use Proxy"
    TEMPORARY_REDIRECT = 307, "Temporary Redirect"
    BAD_REQUEST = 400, "Bad Request"
    UNAUTHORIZED = 401, "Unauthorized"
    PAYMENT_REQUIRED = 402, "Payment Required"
    FORBIDDEN = 403, "Forbidden"
    NOT_FOUND = 404, "Not Found"
    METHOD_NOT_ALLOWED = 405, "Method Not Allowed"
    NOT_ACCEPTABLE = 406, "Not Acceptable"
    PROXY_AUTHENTICATION_REQUIRED = 407, "Proxy Authentication Required"
    REQUEST_TIMEOUT = 408, "Request Timeout", True, "send the request again"
    CONFLICT = 409, "Conflict"
    GONE = 410, "Gone"
    LENGTH_REQUIRED = 411, "Length Required"
    PRECONDITION_FAILED = 412, "Precondition Failed"
    REQUEST_ENTITY_TOO_LARGE = 413, "Request Entity Too Large"
    REQUEST_URI_TOO_LONG = 414, "Request-URI Too Long"
    UNSUPPORTED_MEDIA_TYPE = 415, "Unsupported Media Type"
    REQUESTED_RANGE_NOT_SATISFIABLE = 416, "Requested Range Not Satisfiable"
    EXPECTATION_FAILED = 417, "Expectation Failed"
    INTERNAL_SERVER_ERROR = 500, "Internal Server Error"
    NOT_IMPLEMENTED = 501, "Not Implemented"
    BAD_GATEWAY = 502, "Bad Gateway", True, "send the request again later"
    SERVICE_UNAVAILABLE = 503, "Service Unavailable", True, "send the request again later"
    GATEWAY_TIMEOUT = 504, "Gateway Timeout", True, "send the request again later"
    HTTP_VERSION_NOT_SUPPORTED = 505, "HTTP Version Not Supported"
    NOT_HTTP_PDU = 600, "the answer is not HTTP", False, "check host and port, and AT+HTTPSSL for https"
    NETWORK_ERROR = (
        601,
        "network error: the bearer is closed, or the connection failed or was reset",
        True,
        "query the bearer with AT+SAPBR=2, open it again when it is closed, then retry once",
    )
    NO_MEMORY = 602, "no memory for the body", False, "fetch the body in ranges (BREAK and BREAKEND)"
    DNS_ERROR = 603, "the host name could not be resolved", True, "wait some seconds, AT+HTTPTERM, then retry"
    STACK_BUSY = 604, "the stack is busy", True, "wait some seconds, AT+HTTPTERM and AT+HTTPINIT, then retry"
    TLS_FAILED = (
        605,
        "the TLS channel could not be set up",
        False,
        "check the server's TLS versions and ciphers",
    )
    TLS_ALERT = (
        606,
        "fatal TLS alert, connection closed",
        False,
        "check the server's certificate and TLS versions",
    )


class HttpDownload(Prompt):
    """The module takes the request body now (SIM800 AT manual 11.2.4)."""

    wire = Line("DOWNLOAD", ref="SIM800 AT manual 11.2.4")


class HttpActionResult(Urc):
    """A request has ended; ``length`` is the size of the stored body in bytes (SIM800 AT manual 11.2.5)."""

    wire = Line("+HTTPACTION", ref="SIM800 AT manual 11.2.5")
    method: HttpMethod
    status: HttpStatus
    length: Annotated[int, Range(0)]


class HttpReadHeader(Reply):
    """``length`` bytes of the body follow; no such line when nothing is stored (SIM800 AT manual 11.2.6)."""

    wire = Line(
        "+HTTPREAD",
        times=Times.OPTIONAL,
        opens=Counted("length", maximum=BODY_MAXIMUM),
        ref="SIM800 AT manual 11.2.6",
    )
    length: Annotated[int, Range(0, BODY_MAXIMUM)]


class HttpHeadHeader(Reply):
    """``length`` bytes of the answer's header block follow (SIM800 AT manual 11.2.9)."""

    wire = Line(
        "+HTTPHEAD",
        times=Times.OPTIONAL,
        opens=Counted("length", maximum=BODY_MAXIMUM),
        ref="SIM800 AT manual 11.2.9",
    )
    length: Annotated[int, Range(0, BODY_MAXIMUM)]


class HttpProgress(Reply):
    """What the service is doing, and the bytes done and still to do (SIM800 AT manual 11.2.8)."""

    wire = Line("+HTTPSTATUS", ref="SIM800 AT manual 11.2.8")
    method: HttpVerb
    status: HttpActivity
    finish: Annotated[int, Range(0)]
    remain: Annotated[int, Range(0)]


class HttpInit(Command[None]):
    """Start the HTTP service; ERROR when it is started (SIM800 AT manual 11.2.1)."""

    wire = Syntax(name="+HTTPINIT", form=Form.EXECUTE, tested="", service=Service.HTTP, ref="SIM800 AT manual 11.2.1")


class HttpTerm(Command[None]):
    """End the HTTP service; ERROR when it is not started (SIM800 AT manual 11.2.2)."""

    wire = Syntax(
        name="+HTTPTERM",
        form=Form.EXECUTE,
        tested="",
        service=Service.HTTP,
        needs=("HTTPINIT",),
        clears=("HTTPINIT", "HTTPPARA", "HTTPDATA"),
        ref="SIM800 AT manual 11.2.2",
    )


class HttpDataClear(Command[None]):
    """Delete the stored request body (SIM800 AT manual 11.2.4)."""

    wire = Syntax(
        name="+HTTPDATA",
        form=Form.WRITE,
        service=Service.HTTP,
        needs=("HTTPINIT",),
        clears=("HTTPDATA",),
        repeatable=True,
        ref="SIM800 AT manual 11.2.4",
    )
    size: Literal[0] = 0
    time: Annotated[int, Range(1000, 120_000)] = 10_000


class HttpDataInput(Command[None]):
    """Enter a request body of ``size`` bytes within ``time`` ms (SIM800 AT manual 11.2.4).

    OK comes after the last byte, or when the time is over with the bytes got so far.
    """

    wire = Syntax(
        name="+HTTPDATA",
        form=Form.WRITE,
        tested="(0-319488),(1000-120000)",
        entry=Entry(prompt=HttpDownload, size=ByParameter("size"), maximum=BODY_MAXIMUM, timer="time"),
        patience=Patience(final=130.0),
        service=Service.HTTP,
        needs=("HTTPINIT",),
        abort=Abort(entry=Means.FILL),
        ref="SIM800 AT manual 11.2.4",
    )
    size: Annotated[int, Range(1, BODY_MAXIMUM)]
    time: Annotated[int, Range(1000, 120_000)] = 120_000


class HttpStatusRead(Command[HttpProgress]):
    """Ask what the HTTP service is doing (SIM800 AT manual 11.2.8)."""

    wire = Syntax(
        name="+HTTPSTATUS",
        form=Form.READ,
        tested="",
        replies=(HttpProgress,),
        needs=("HTTPINIT",),
        repeatable=True,
        ref="SIM800 AT manual 11.2.8",
    )


class HttpAction(Command[HttpActionResult]):
    """Send the request; it ends with +HTTPACTION, by default within 120 s (SIM800 AT manual 11.2.5).

    Patience covers the default time limit; after HttpParaTimeout give a longer one.
    """

    wire = Syntax(
        name="+HTTPACTION",
        form=Form.WRITE,
        tested="(0-3)",
        completion=Completion(endings=(Ending(HttpActionResult, same=("method",)),)),
        patience=Patience(completion=150.0),
        service=Service.HTTP,
        needs=("HTTPINIT", "CID", "URL"),
        abort=Abort(after=Means.COMMAND, command=HttpTerm),
        probe=Probe(HttpStatusRead, "status", HttpActivity.IDLE),
        codes=HttpStatus,
        ref="SIM800 AT manual 11.2.5",
    )
    method: HttpMethod


class HttpRead(Command[HttpReadHeader | None]):
    """Read the whole stored body; None when nothing is stored (SIM800 AT manual 11.2.6)."""

    wire = Syntax(
        name="+HTTPREAD",
        form=Form.EXECUTE,
        replies=(HttpReadHeader,),
        service=Service.HTTP,
        needs=("HTTPINIT",),
        repeatable=True,
        ref="SIM800 AT manual 11.2.6",
    )


class HttpReadRange(Command[HttpReadHeader | None]):
    """Read at most ``size`` bytes of the stored body from ``start`` on (SIM800 AT manual 11.2.6)."""

    wire = Syntax(
        name="+HTTPREAD",
        form=Form.WRITE,
        tested="auto",
        replies=(HttpReadHeader,),
        service=Service.HTTP,
        needs=("HTTPINIT",),
        repeatable=True,
        ref="SIM800 AT manual 11.2.6",
    )
    start: Annotated[int, Range(0, BODY_MAXIMUM)]
    size: Annotated[int, Range(1, BODY_MAXIMUM)]


class HttpHead(Command[HttpHeadHeader | None]):
    """Read the header block of the last answer (SIM800 AT manual 11.2.9)."""

    wire = Syntax(
        name="+HTTPHEAD",
        form=Form.EXECUTE,
        tested="",
        replies=(HttpHeadHeader,),
        service=Service.HTTP,
        needs=("HTTPINIT",),
        repeatable=True,
        ref="SIM800 AT manual 11.2.9",
    )


class HttpGetHead(Setting):
    """Whether AT+HTTPREAD shows the header block too (SIM800 AT manual 11.2.10)."""

    wire = Syntax(
        name="+HTTPGETHEAD",
        form=Form.WRITE,
        tested="auto",
        service=Service.HTTP,
        needs=("HTTPINIT",),
        repeatable=True,
        ref="SIM800 AT manual 11.2.10",
    )
    option: Annotated[int, Range(0, 1)] = 0


class HttpSsl(Setting):
    """Whether requests go over TLS; firmware differs in whether it comes before AT+HTTPINIT (SIM800 SSL note)."""

    wire = Syntax(
        name="+HTTPSSL",
        form=Form.WRITE,
        tested="auto",
        service=Service.HTTP,
        repeatable=True,
        ref="SIM800 SSL note",
    )
    enabled: Annotated[int, Range(0, 1)] = 0
