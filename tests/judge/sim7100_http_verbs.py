"""The verbs of the SIM7100's HTTP and HTTPS examples."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from simcom_async.errors import CommandTimeout, HttpError
from simcom_async.modem import Modem
from simcom_async.sessions.http_response import HttpResponse
from tests.judge.sim7100_http_needs import ActPeer, SessionPeer
from tests.judge.sim7100_mail_verbs import CONTEXT
from tests.judge.surroundings import Surroundings
from tests.judge.verb import Verb

__all__ = ["NO_VERB", "VERBS", "WAITING"]

AGENT = {"User-Agent": "MY WEB AGENT"}
#: A session learns how the module spells its commands, asks how much waits before it fetches that, and ends in order.
ALSO = rf"{CONTEXT}|AT\+CHTTPS(START|STOP|CLSE|STATE|OPSE=.*|S?END.*|RECV.*)"
#: A request has other header fields than that of the example, and with them another length.
PIECES = r"(?<=AT\+CHTTPSSEND)=\d+|(?<=AT\+CHTTPSRECV)=\d+"
#: A session waits for the word that all has been sent, and need not ask how much has not.
SPARE = r"AT\+CHTTPSS?END\?"
#: Where no server answers: seconds until the verb gives up.
SOON = 0.3


def acts(ask: Callable[[Modem, str], Awaitable[HttpResponse]]) -> Verb:
    """A request by AT+CHTTPACT, which returns what the server has sent."""

    async def act(modem: Modem, around: Surroundings) -> None:
        values, peer = around.transcript.variables, around.peer(ActPeer)
        assert peer is not None
        response = await ask(modem, f"http://{values['http_host']}")
        (request,) = peer.site.requests
        content = peer.site.route_for(request.method, request.target).content()
        assert (response.status, response.body) == (200, content.read(0, content.length))

    return Verb(act=act, also=CONTEXT)


def absolute(method: str, path: str, body: bytes | None = None, **options: Any) -> Verb:
    """The examples ask the server as one asks a proxy."""

    async def ask(modem: Modem, url: str) -> HttpResponse:
        host = url.removeprefix("http://")
        return await modem.http.request(method, url + path, body, proxy=f"{host}:80", headers=AGENT, **options)

    return acts(ask)


async def unreachable(modem: Modem, around: Surroundings) -> None:
    """The module says why."""
    with pytest.raises(HttpError) as raised:
        await modem.http.get(f"http://{around.transcript.variables['http_host']}/")
    assert raised.value.code in (222, 223, 224, 227)


async def fetch(modem: Modem, around: Surroundings) -> None:
    """A request by AT+CHTTPS, which returns what the server has sent."""
    values, peer = around.transcript.variables, around.peer(SessionPeer)
    assert peer is not None
    peer.site.gate.open()
    response = await modem.http.get(f"https://{values['https_host']}:{values['https_port']}/", headers=AGENT)
    assert response.status == 200
    assert response.body == peer.answer.partition(b"\r\n\r\n")[2]


async def unanswered(modem: Modem, around: Surroundings) -> None:
    """The server of the example says nothing; where there is none there is no session."""
    values = around.transcript.variables
    url = f"https://{values.get('https_host', 'www.example.com')}:{values.get('https_port', 443)}/"
    with pytest.raises((CommandTimeout, HttpError)):
        await modem.http.get(url, timeout=SOON)


FETCHED = Verb(act=fetch, also=ALSO, pieces=PIECES, spare=SPARE)
UNANSWERED = Verb(act=unanswered, also=ALSO)

VERBS: Mapping[str, Verb] = {
    "sim7100-http-chttpact-get": absolute("GET", "/index.html"),
    "sim7100-http-chttpact-post": absolute(
        "POST",
        "/mydir/test.jsp",
        b"myparam1=test1&myparam2=test2",
        content_type="application/x-www-form-urlencoded",
    ),
    "sim7100-http-chttpact-coding": acts(lambda modem, url: modem.http.post(f"{url}/echo", b"a\x03b\x1ac")),
    "sim7100-http-chttpact-failed": Verb(act=unreachable, also=rf"{CONTEXT}|AT\+CHTTPACT=.*"),  # tried once more
    **{f"sim7100-https-{name}": FETCHED for name in ("chttpsend", "chttpsend-unsent", "chttpsrecv", "recvevent")},
    **{f"sim7100-https-{name}": UNANSWERED for name in ("chttpsstart", "chttpsstop", "chttpsopse", "chttpsclse")},
}
NO_VERB = frozenset(
    {
        # what a session never does: ask what a command takes, commands in the wrong state
        *("sim7100-http-chttpact-test", "sim7100-https-testform", "sim7100-https-chttpsopse-notstarted"),
    }
)
#: Nothing waits for a verb.
WAITING: frozenset[str] = frozenset()
