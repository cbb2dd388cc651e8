"""AT+HTTPPARA and AT+HTTPSCONT: the parameters of a request, and those that are saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from pydantic import SecretStr

from simcom_async.at.message import Message
from simcom_async.commands import http_parameters as messages
from simcom_async.commands.http_parameters import HttpContextSource
from simcom_async.virtual.turn import Answers, Turn

if TYPE_CHECKING:
    from simcom_async.virtual.http import HttpService

__all__ = ["ANSWERS", "HttpParameters"]

ANSWERS = Answers()
#: What AT+HTTPSCONT keeps (SIM800 AT manual 11.2.7); the other parameters begin anew.
_SAVED = ("cid", "url", "agent", "proxy_address", "proxy_port", "redirect", "first", "last", "user_headers")
_FLASH = "HTTPSCONT"

_FIELDS: dict[type[messages.HttpPara], str] = {
    messages.HttpParaCid: "cid",
    messages.HttpParaUrl: "url",
    messages.HttpParaUserAgent: "agent",
    messages.HttpParaProxyAddress: "proxy_address",
    messages.HttpParaProxyPort: "proxy_port",
    messages.HttpParaRedirect: "redirect",
    messages.HttpParaBreak: "first",
    messages.HttpParaBreakEnd: "last",
    messages.HttpParaTimeout: "timeout",
    messages.HttpParaContent: "content",
    messages.HttpParaUserHeaders: "user_headers",
}
_LINES: dict[str, Callable[..., Message]] = {
    "cid": messages.HttpParaCidLine,
    "url": messages.HttpParaUrlLine,
    "agent": messages.HttpParaUserAgentLine,
    "proxy_address": messages.HttpParaProxyAddressLine,
    "proxy_port": messages.HttpParaProxyPortLine,
    "redirect": messages.HttpParaRedirectLine,
    "first": messages.HttpParaBreakLine,
    "last": messages.HttpParaBreakEndLine,
    "timeout": messages.HttpParaTimeoutLine,
    "content": messages.HttpParaContentLine,
    "user_headers": messages.HttpParaUserHeadersLine,
}


@dataclass(frozen=True, slots=True)
class HttpParameters:
    """The parameters of the next request; ``first`` and ``last`` are BREAK and BREAKEND, ``timeout`` in seconds."""

    cid: int | None = None
    url: str = ""
    agent: str = "SIMCom_MODULE"
    proxy_address: str = ""
    proxy_port: int | None = None
    redirect: int = 0
    first: int = 0
    last: int = 0
    timeout: int = 120
    content: str = ""
    user_headers: str = ""

    @property
    def range(self) -> str | None:
        """The value of the Range header, None: the whole. An end below the beginning means: up to the end."""
        if not self.first and not self.last:
            return None
        return f"bytes={self.first}-" if self.last < self.first else f"bytes={self.first}-{self.last}"

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        r"""The host's own header lines, between which it writes the four characters ``\r\n``."""
        lines = self.user_headers.replace("\\r", "\r").replace("\\n", "\n").splitlines()
        split = (line.partition(":") for line in lines if ":" in line)
        return tuple((name.strip(), value.strip()) for name, _, value in split)

    def lines(self, *names: str) -> list[Message]:
        """Some of the parameters, a line each."""
        return [_LINES[name](value=getattr(self, name)) for name in names]


def loaded(service: HttpService) -> HttpParameters:
    """The parameters of a new session: the saved ones, if there are any."""
    saved = service.modem.flash.get(_FLASH)
    return saved if isinstance(saved, HttpParameters) else HttpParameters()


@ANSWERS.to(messages.HttpPara)
async def _set(turn: Turn[messages.HttpPara]) -> None:
    service = turn.modem.http
    name = _FIELDS[type(turn.command)]
    value: object = getattr(turn.command, "value")  # noqa: B009
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    service.parameters = replace(service.parameters, **{name: value})  # type: ignore[arg-type]
    service.saved = False


@ANSWERS.to(messages.HttpParaRead)
async def _read(turn: Turn[messages.HttpParaRead]) -> list[Message]:
    names = [entry.name for entry in fields(HttpParameters)]
    return [messages.HttpParaHead(), *turn.modem.http.parameters.lines(*names)]


@ANSWERS.to(messages.HttpContextSave)
async def _save(turn: Turn[messages.HttpContextSave]) -> None:
    service = turn.modem.http
    kept = {name: getattr(service.parameters, name) for name in _SAVED}
    turn.modem.flash[_FLASH] = HttpParameters(**kept)
    service.saved = True


@ANSWERS.to(messages.HttpContextRead)
async def _context(turn: Turn[messages.HttpContextRead]) -> list[Message]:
    service = turn.modem.http
    source = HttpContextSource.SAVED if service.saved else HttpContextSource.UNSAVED
    return [messages.HttpContextState(mode=source), *service.parameters.lines(*_SAVED)]
