"""Downloads a firmware image over FTPS through a modem, goes on where it broke off, and verifies its checksum.

    python examples/firmware_download.py                            # a virtual SIM7100, a server on loopback, trouble
    python examples/firmware_download.py --port /dev/ttyUSB2 --apn internet --server ftp.example.com --user gateway \
        /images/fw.bin fw.bin                                                  # password: SIMCOM_FTP_PASSWORD

The server has the SHA-256 of the image beside it, as sha256sum writes it: /images/fw.bin.sha256. The image appears
under its name only when all of it is there; what an interrupted start has got is kept as NAME.part, and the next one
goes on from there. An image with another checksum is removed and fetched once more as a whole.
"""

import argparse
import asyncio
import io
import os
import re
import tempfile
from pathlib import Path

import simcom_async
from simcom_async.sites import FtpSite, LoopbackCA
from simcom_async.virtual.faults import LoseBearer

ATTEMPTS = 2  # whole downloads, of which each goes on after failures that may pass
CHECKSUM = re.compile(rb"([0-9A-Fa-f]{64})(?:\s|\Z)")


class Corrupt(Exception):
    """The image is not the one of the checksum."""


async def wanted_checksum(ftp: simcom_async.FtpSession, remote: str) -> str:
    """The checksum that the server has of the image. Raises FtpError, Corrupt."""
    found = io.BytesIO()
    await ftp.download(f"{remote}.sha256", found)
    match = CHECKSUM.match(found.getvalue())
    if match is None:
        raise Corrupt(f"{remote}.sha256 holds no SHA-256")
    return match[1].decode().lower()


async def fetch(modem: simcom_async.Modem, remote: str, local: Path, **server: object) -> str:
    """Fetch and verify the image; its checksum. Raises FtpError for what will not pass by itself, Corrupt."""
    async with modem.ftp(tls=True, **server) as ftp:
        wanted = await wanted_checksum(ftp, remote)
        for attempt in range(1, ATTEMPTS + 1):
            done = await ftp.download(remote, local, resume=True)
            print(f"{done.moved} bytes fetched from byte {done.offset} on")
            if done.sha256 == wanted:
                return wanted
            await asyncio.to_thread(local.unlink)
            print(f"attempt {attempt}: the checksum is {done.sha256}, it should be {wanted}")
    raise Corrupt(f"{remote} is not what its checksum says")


async def demonstrate() -> None:
    """The network drops the bearer half way; a part of another image lies where this one should go on."""
    with tempfile.TemporaryDirectory(prefix="simcom-firmware-") as folder:
        local = Path(folder) / "fw.bin"
        async with (
            FtpSite({"/fw.bin": 300_000}, certificate=LoopbackCA().pem("127.0.0.1"), tls_required=True) as site,
            simcom_async.VirtualModem("sim7100", urc_delay=0) as virtual,
            simcom_async.open_modem(virtual.port(), apn="internet") as modem,
        ):
            site.publish("/fw.bin.sha256", f"{site.checksum('/fw.bin')}  fw.bin\n".encode())
            local.with_name("fw.bin.part").write_bytes(b"of another image" * 100)
            site.gate.shut(after=100_000)
            server = {"host": site.host, "port": site.port, "user": "user", "password": "secret"}
            fetching = asyncio.create_task(fetch(modem, "/fw.bin", local, **server))
            await site.gate.held()
            virtual.faults.add(LoseBearer())
            site.gate.open()
            checksum = await fetching
            print(f"{local.name}: {local.stat().st_size} bytes, SHA-256 {checksum}, through a {modem.identity.model}")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("remote", nargs="?")
    parser.add_argument("local", nargs="?", type=Path)
    parser.add_argument("--port", help="the modem; without it a virtual one and a server of its own")
    parser.add_argument("--apn", default="internet")
    parser.add_argument("--server", default="ftp.example.com", metavar="HOST[:PORT]")
    parser.add_argument("--user", default="anonymous")
    parser.add_argument("--single-ip", action="store_true", help="data connections go to HOST, whatever it tells")
    chosen = parser.parse_args()
    if chosen.port is None:
        await demonstrate()
        return
    if chosen.remote is None:
        parser.error("which image?")
    host, _, port = chosen.server.partition(":")
    server = {
        "host": host,
        "port": int(port or 21),
        "user": chosen.user,
        "password": os.environ.get("SIMCOM_FTP_PASSWORD", ""),
        "single_ip": chosen.single_ip,
    }
    local = chosen.local or Path(Path(chosen.remote).name)
    try:
        async with simcom_async.open_modem(chosen.port, apn=chosen.apn) as modem:
            print(f"{local}: SHA-256 {await fetch(modem, chosen.remote, local, **server)}")
    except (simcom_async.SimcomError, Corrupt) as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    asyncio.run(main())
