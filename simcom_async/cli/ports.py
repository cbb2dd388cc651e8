"""``simcom ports``: the serial ports of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from simcom_async.cli.options import json_option, verbose_option
from simcom_async.cli.output import print_json, print_table, remark

if TYPE_CHECKING:
    from serial.tools.list_ports_common import ListPortInfo

__all__ = ["command"]


@click.command()
@json_option
@verbose_option
def command(as_json: bool) -> None:
    r"""List the serial ports found on this machine.

    \b
    Example:
      simcom ports
    """
    from serial.tools.list_ports import comports

    found = [_row(port) for port in sorted(comports())]
    if as_json:
        print_json(found)
    elif found:
        columns = ("port", "description", "manufacturer", "usb", "serial_number")
        print_table(columns, ([row[name] or "" for name in columns] for row in found))
    else:
        remark("no serial port found; is the module plugged in, and may you read its device file?")


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
