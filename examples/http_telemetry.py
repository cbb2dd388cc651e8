"""A small gateway: readings are queued, posted through a modem one by one, and tried again until they are delivered.

    python examples/http_telemetry.py                                       # a virtual SIM800, a server on loopback
    python examples/http_telemetry.py --port /dev/ttyUSB2 --apn internet --url http://example.com/telemetry

Each reading carries a key, so that a server which got it twice can tell: a POST whose answer was lost may have arrived.
"""

import argparse
import asyncio
import json
import random
from collections import deque
from contextlib import AsyncExitStack

import simcom_async
from simcom_async.sites import HttpSite, Route
from simcom_async.virtual.faults import LoseBearer

ATTEMPTS = 6
FIRST_PAUSE = 0.2  # seconds, doubled after each failure
LONGEST_PAUSE = 60.0
QUEUE_BOUND = 1000  # while the network is away the oldest readings make room
WORTH_RETRYING = {408, 425, 429, 500, 502, 503, 504}


def reading(number: int) -> dict[str, object]:
    return {"key": f"probe-7-{number}", "celsius": round(random.gauss(21, 2), 2)}


async def delivered(modem: simcom_async.Modem, url: str, item: dict[str, object]) -> bool:
    """Whether the server has taken the reading; False when it refused it, or after too many attempts."""
    body = json.dumps(item).encode()
    headers = {"Idempotency-Key": str(item["key"])}
    pause = FIRST_PAUSE
    for attempt in range(1, ATTEMPTS + 1):
        try:
            response = await modem.http.post(url, body, headers=headers, content_type="application/json", timeout=60)
        except (simcom_async.HttpError, simcom_async.LinkError, simcom_async.CommandTimeout) as error:
            print(f"{item['key']}, attempt {attempt}: {error}")
        else:
            if response.status not in WORTH_RETRYING:
                return response.status < 400
            print(f"{item['key']}, attempt {attempt}: the server answered {response.status}")
        await asyncio.sleep(pause * random.uniform(0.5, 1))
        pause = min(2 * pause, LONGEST_PAUSE)
    return False


async def run(modem: simcom_async.Modem, url: str, count: int) -> int:
    """Post ``count`` readings; how many were delivered."""
    queue: deque[dict[str, object]] = deque((reading(number) for number in range(count)), maxlen=QUEUE_BOUND)
    modem.on(simcom_async.BearerLost, lambda lost: print(f"the network closed bearer {lost.cid}"))
    taken = 0
    while queue:
        item = queue.popleft()
        taken += await delivered(modem, url, item)
    return taken


async def troubled(site: HttpSite, virtual: simcom_async.VirtualModem) -> None:
    """The world outside: the server is overloaded at first, and later the network drops the bearer."""
    await site.received(1)
    site.routes[0] = Route(method="POST", path="/telemetry", status=204)
    await site.received(3)
    virtual.faults.add(LoseBearer())


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", help="the modem; without it a virtual one and a server of its own")
    parser.add_argument("--apn", default="internet")
    parser.add_argument("--url", default="http://example.com/telemetry")
    parser.add_argument("--count", type=int, default=5)
    chosen = parser.parse_args()
    async with AsyncExitStack() as stack:
        port, url = chosen.port, chosen.url
        if port is None:
            site = await stack.enter_async_context(HttpSite([Route(method="POST", path="/telemetry", status=503)]))
            virtual = await stack.enter_async_context(simcom_async.VirtualModem("sim800", urc_delay=0))
            port, url = virtual.port(), site.url_of("/telemetry")
            trouble = asyncio.create_task(troubled(site, virtual))
            stack.callback(trouble.cancel)
        modem = await stack.enter_async_context(simcom_async.open_modem(port, apn=chosen.apn))
        taken = await run(modem, url, chosen.count)
        print(f"{taken} of {chosen.count} readings delivered through a {modem.identity.model}")


if __name__ == "__main__":
    asyncio.run(main())
