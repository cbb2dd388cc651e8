"""The verbs of the bearer and HTTP examples."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from simcom_async.modem import Modem
from simcom_async.sessions.http_response import HttpResponse
from tests.judge.http_needs import HttpPeer
from tests.judge.surroundings import Surroundings
from tests.judge.transcript import Does, load
from tests.judge.verb import Verb

__all__ = ["NO_VERB", "VERBS"]

URL = "http://www.sim.com"
IMAGE = "HTTP://www.sim.com/img/sim_logo_jr_1003_38.gif"
#: A request reads the headers, which the examples do not ask for. They leave out the scheme of a URL.
ALSO = r"AT\+HTTPHEAD"
PIECES = r'(?<=")http://|(?<=AT\+HTTPREAD)=\d+,\d+|(?<=AT\+HTTPREAD)$'


async def bearer(modem: Modem, around: Surroundings) -> None:
    """Up, asked for its address, and down again."""
    await modem.network.up()
    assert await modem.network.address()
    await modem.network.down()


def request(ask: Callable[[Modem], Awaitable[HttpResponse]], settings: str = "(?!)") -> Verb:
    """A request, which returns what the server has sent."""

    async def act(modem: Modem, around: Surroundings) -> None:
        response = await ask(modem)
        assert response.status in (200, 206)
        peer = around.peer(HttpPeer)
        assert peer is not None
        assert response.body == (peer.served() if peer.site.requests[-1].method == "GET" else b"")

    return Verb(act=act, also=ALSO, pieces=PIECES, settings=settings)


def posted() -> bytes:
    """The body that the example posts."""
    transcript = load("sim800-http-post")
    return next(transcript.entry(step) for step in transcript.whole if step.does is Does.ENTRY)


VERBS: Mapping[str, Verb] = {
    "sim800-bearer-configure": Verb(act=bearer),
    "sim7000-bearer-configure": Verb(act=bearer),
    "sim800-http-get": request(lambda modem: modem.http.get(URL)),
    "sim800-http-head": request(lambda modem: modem.http.head(URL)),
    "sim800-http-post": request(lambda modem: modem.http.post(URL, posted())),
    "sim800-http-break": request(lambda modem: modem.http.get(IMAGE, offset=2000)),
    # the parameters of a request stand in no order that would mean anything; the example has REDIR before URL
    "sim800-http-redirect": request(
        lambda modem: modem.http.get(URL + "/abcde", follow_redirects=True), settings=r'AT\+HTTPPARA="(URL|REDIR|CID)"'
    ),
    "sim800-http-proxy": request(lambda modem: modem.http.get(URL, proxy="10.0.0.172:80")),
}
#: The question how far a transfer has come, and what a module says before it is started.
NO_VERB = frozenset({"sim800-http-status", "sim800-http-notinit"})
