"""Telemetry over HTTPS: readings are gathered, posted in batches, and tried again until the server has taken them.

    python examples/https_post.py                                           # a virtual SIM7100, a server on loopback
    TELEMETRY_TOKEN=... python examples/https_post.py --port /dev/ttyUSB2 --apn internet --url https://example.com/in

The module makes the TLS connection; real ones do not verify certificates, so the token should be good for this only.
A batch keeps its key over all attempts: a POST whose answer was lost may have arrived, and the server can tell.
"""

import argparse
import asyncio
import json
import os
import random
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import uuid4

import simcom_async
from simcom_async.sites import HttpSite, LoopbackCA, Route
from simcom_async.virtual.faults import Reset

ATTEMPTS = 8
LONGEST_PAUSE = 300.0  # seconds
WORTH_RETRYING = {408, 425, 429, 500, 502, 503, 504}
BATCH = 50  # readings
QUEUE_BOUND = 10_000  # while the network is away the oldest readings make room

Reading = dict[str, object]
MAY_PASS = (simcom_async.HttpError, simcom_async.LinkError, simcom_async.CommandTimeout)


@dataclass
class Poster:
    """Posts what waits in ``queue``. ``first_pause``: seconds behind the first failure; it doubles."""

    modem: simcom_async.Modem
    url: str
    token: str
    first_pause: float = 1.0
    queue: deque[Reading] = field(default_factory=lambda: deque(maxlen=QUEUE_BOUND))
    refused: list[Sequence[Reading]] = field(default_factory=list)

    async def drain(self) -> int:
        """Post all that waits; how many readings the server has taken. A batch that is given up goes back."""
        taken = 0
        while self.queue:
            batch = [self.queue.popleft() for _ in range(min(BATCH, len(self.queue)))]
            try:
                status = await self.post(batch)
            except MAY_PASS:
                self.queue.extendleft(reversed(batch))
                raise
            if status < 400:
                taken += len(batch)
            else:
                print(f"the server refuses a batch with {status}: it is set aside")
                self.refused.append(batch)
        return taken

    async def post(self, batch: Sequence[Reading]) -> int:
        """The status of the last attempt. Raises what the last one has raised, when no answer came of it."""
        headers = {"Idempotency-Key": str(uuid4()), "Authorization": f"Bearer {self.token}"}
        pause = self.first_pause
        for attempt in range(1, ATTEMPTS + 1):
            wait = 0.0
            try:
                response = await self.modem.http.post(
                    self.url, lines(batch), headers=headers, content_type="application/x-ndjson", timeout=120
                )
            except MAY_PASS as error:
                if attempt == ATTEMPTS or (isinstance(error, simcom_async.HttpError) and not error.retry):
                    raise
                print(f"attempt {attempt}: {error}", flush=True)
            else:
                if response.status not in WORTH_RETRYING or attempt == ATTEMPTS:
                    return response.status
                print(f"attempt {attempt}: the server answered {response.status}", flush=True)
                asked = (response.headers or {}).get("retry-after", "")
                wait = float(asked) if asked.isdecimal() else 0.0
            await asyncio.sleep(min(LONGEST_PAUSE, max(wait, pause * random.uniform(0.5, 1))))
            pause = min(2 * pause, LONGEST_PAUSE)
        raise AssertionError("the last attempt returns or raises")


async def lines(batch: Sequence[Reading]) -> AsyncIterator[bytes]:
    """One line of JSON for each reading: the length is not known before, so the body goes in chunks."""
    for reading in batch:
        yield json.dumps(reading).encode() + b"\n"


def readings(count: int) -> list[Reading]:
    return [{"probe": 7, "number": number, "celsius": round(random.gauss(21, 2), 2)} for number in range(count)]


async def troubled(site: HttpSite, virtual: simcom_async.VirtualModem) -> None:
    """The world outside: the server is overloaded at first, and later the module restarts half way."""
    await site.received(1)
    site.routes[0] = Route(method="POST", path="/in", status=202, body=b"taken")
    await site.received(2)
    site.gate.shut(after=site.gate.passed + 1_000)
    await site.gate.held()
    virtual.faults.add(Reset())
    site.gate.open()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", help="the modem; without it a virtual one and a server of its own")
    parser.add_argument("--apn", default="internet")
    parser.add_argument("--url", default="https://example.com/in")
    parser.add_argument("--count", type=int, default=200, help="readings")
    chosen = parser.parse_args()
    async with AsyncExitStack() as stack:
        port, url, pause = chosen.port, chosen.url, 1.0
        if port is None:
            busy = Route(method="POST", path="/in", status=503, headers={"Retry-After": "0"})
            site = await stack.enter_async_context(HttpSite([busy], tls=LoopbackCA().issue()))
            virtual = await stack.enter_async_context(simcom_async.VirtualModem("sim7100", urc_delay=0))
            port, url, pause = virtual.port(), site.url_of("/in"), 0.05
            trouble = asyncio.create_task(troubled(site, virtual))
            stack.callback(trouble.cancel)
        modem = await stack.enter_async_context(simcom_async.open_modem(port, apn=chosen.apn))
        poster = Poster(modem, url, os.environ.get("TELEMETRY_TOKEN", ""), first_pause=pause)
        poster.queue.extend(readings(chosen.count))
        try:
            taken = await poster.drain()
        except MAY_PASS as error:
            raise SystemExit(f"{len(poster.queue)} readings still wait: {error}") from error
        print(f"{taken} of {chosen.count} readings delivered over HTTPS through a {modem.identity.model}")


if __name__ == "__main__":
    asyncio.run(main())
