"""From a url to a port."""

import re

from simcom_async.errors import UsageError
from simcom_async.ports.binding import Binding
from simcom_async.ports.port import Port
from simcom_async.ports.serial import SerialPort
from simcom_async.ports.sought import Recognise, SoughtPort
from simcom_async.ports.tcp import TcpPort

__all__ = ["open_url"]

_ALLOWED = "/dev/ttyUSB2 (any absolute path of a terminal), COM3, tcp://host:port, socket://host:port, "
_ALLOWED += "imei:DIGITS, iccid:DIGITS, usb:SERIAL, each with ?ports=GLOB where wanted"
_DEVICE = re.compile(r"/.*|(\\\\\.\\)?COM\d+", re.IGNORECASE | re.DOTALL)

_ADDRESS = re.compile(
    r"(tcp|socket)://(\[(?P<literal>[0-9a-f:.]+)\]|(?P<host>[^\s:/@\[\]?#]+)):(?P<port>\d{1,5})/?", re.IGNORECASE
)


def open_url(url: str, *, baud: int = 115200, rtscts: bool = False, recognise: Recognise | None = None) -> Port:
    """The port, not yet open, for a device file, a COM port, ``tcp://host:port`` or ``socket://host:port``.

    ``imei:867...``, ``iccid:8949...`` and ``usb:SERIAL`` are sought each time they are opened, among the serial ports
    of this machine, or among those of ``?ports=/dev/ttyUSB*`` (as often as wanted); ``recognise`` asks their modules.
    ``baud`` and ``rtscts`` are for serial ports. Raises ``UsageError`` for another form.
    """
    binding = Binding.of(url)
    if binding is not None:
        return SoughtPort(binding, baud, rtscts, recognise=recognise)
    if _DEVICE.fullmatch(url) and "\0" not in url:
        return SerialPort(url, baud, rtscts)
    if address := _ADDRESS.fullmatch(url):
        port = int(address["port"])
        if 0 < port < 65536:
            return TcpPort(address["literal"] or address["host"], port)
    raise UsageError(f"no port is named {url!r}; allowed: {_ALLOWED}", field="url", value=url, allowed=_ALLOWED)
