"""``simcom ports``: the serial ports of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from simcom_async.cli.options import json_option, verbose_option
from simcom_async.cli.output import print_json, print_table, remark

if TYPE_CHECKING:
    from serial.tools.list_ports_common import ListPortInfo

__all__ = ["command"]


@click.command()
@click.option("--identify", is_flag=True, help="Ask whoever is there for the IMEI: AT is sent to every port.")
@json_option
@verbose_option
def command(identify: bool, as_json: bool) -> None:
    r"""List the serial ports found on this machine.

    \b
    Examples:
      simcom ports
      simcom ports --identify
    """
    from serial.tools.list_ports import comports

    ports = sorted(comports())
    found = [_row(port) for port in ports]
    columns = ["port", "description", "manufacturer", "usb", "serial_number"]
    if identify:
        columns += ["imei", "seen"]
        for row, (imei, seen) in zip(found, asyncio.run(_asked(port.device for port in ports)), strict=True):
            row["imei"], row["seen"] = imei, seen
    if as_json:
        print_json(found)
    elif found:
        print_table(columns, ([row[name] or "" for name in columns] for row in found))
    else:
        remark("no serial port found; is the module plugged in, and may you read its device file?")


async def _asked(paths: Iterable[str]) -> list[tuple[str | None, str | None]]:
    """The IMEI behind each port, or else what was seen there."""
    return await asyncio.gather(*map(_imei, paths))


async def _imei(path: str) -> tuple[str | None, str | None]:
    from simcom_async.errors import LinkError
    from simcom_async.ports.binding import Trait
    from simcom_async.ports.serial import SerialPort
    from simcom_async.sessions.recognition import recognise

    try:
        imei = await recognise(SerialPort(path), Trait.IMEI)
    except LinkError as error:
        return None, str(error).removeprefix(f"{path} ")
    return imei, None if imei else "it has no IMEI to tell"


def _row(port: ListPortInfo) -> dict[str, str | None]:
    usb = None if port.vid is None or port.pid is None else f"{port.vid:04x}:{port.pid:04x}"
    described = None if port.description == "n/a" else port.description
    return {
        "port": port.device,
        "description": described,
        "manufacturer": port.manufacturer,
        "usb": usb,
        "serial_number": port.serial_number,
    }
