"""Bodies of all sizes and of every kind go up and come down by HTTP and HTTPS of the SIM7100, identical.

Issue 5, line 2. ``make test-long`` does all of it, the ordinary run every size up to 65,536 bytes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import sha256
from itertools import product
from random import Random

import pytest

from simcom_async.sites import Route
from tests.sessions.http_ends import SCHEMES, Stand, stand

SIZES = (0, 1, 2, 1_023, 1_024, 1_025, 4_095, 4_096, 4_097, 10_240, 32_768, 65_536)
LARGEST = 5_000_000
#: What the bytes are: any, all that ends and escapes an entry, and what the module says itself.
KINDS = ("random", "escapes", "words")
_WORDS = b"\r\nOK\r\n\r\n+CHTTPACT: 0\r\n\r\n+CHTTPSRECV: 0\r\n\r\n+CHTTPACT: DATA,9\r\n>\r\nERROR\r\n\x1a"


def body(kind: str, size: int) -> bytes:
    """A body of a kind."""
    if kind == "random":
        return Random(size).randbytes(size)
    pattern = b"\x03\x1a\x1a\x03" if kind == "escapes" else _WORDS
    return (pattern * (size // len(pattern) + 1))[:size]


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    """A body whose length nobody knows before."""
    for start in range(0, len(data), 5_000):
        yield data[start : start + 5_000]


async def there_and_back(at: Stand, data: bytes, *, chunked: bool) -> None:
    """Up as it was, and down as it is."""
    at.site.routes[:] = [
        Route(method="PUT", path="/up", status=204),
        Route(path="/down", body=data, chunked=chunked),
    ]
    await at.modem.http.put(at.site.url_of("/up"), pieces(data) if chunked else data)
    sent = at.site.requests[-1]
    assert (sent.received, sent.checksum) == (len(data), sha256(data).hexdigest())
    received = (await at.modem.http.get(at.site.url_of("/down"))).body
    assert (len(received), sha256(received).hexdigest()) == (len(data), sent.checksum)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_sample(scheme: str, kind: str) -> None:
    async with stand(scheme) as at:
        for place, size in enumerate(SIZES):
            await there_and_back(at, body(kind, size), chunked=bool(place % 2))


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("scheme", "kind", "chunked"), [*product(SCHEMES, KINDS, (False, True))])
async def test_all_of_it(scheme: str, kind: str, chunked: bool) -> None:
    async with stand(scheme) as at:
        for size in (*SIZES, LARGEST):
            await there_and_back(at, body(kind, size), chunked=chunked)


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_over_a_pty(scheme: str) -> None:
    async with stand(scheme, on_a_pty=True) as at:
        for kind in KINDS:
            await there_and_back(at, body(kind, 65_536), chunked=kind == "words")
