"""Urls."""

import pytest

from simcom_async.errors import UsageError
from simcom_async.ports.open import open_url
from simcom_async.ports.serial import SerialPort
from simcom_async.ports.sought import SoughtPort
from simcom_async.ports.tcp import TcpPort


@pytest.mark.parametrize("url", ["/dev/ttyUSB2", "/dev/pts/5", "/tmp/my modem", "COM3", "com12", r"\\.\COM10"])
def test_a_terminal(url):
    port = open_url(url, baud=9600)
    assert isinstance(port, SerialPort)
    assert (port.url, port.baud) == (url, 9600)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("tcp://127.0.0.1:4000", "tcp://127.0.0.1:4000"),
        ("socket://localhost:1", "tcp://localhost:1"),
        ("TCP://modem-1.example:65535/", "tcp://modem-1.example:65535"),
        ("tcp://[::1]:4000", "tcp://[::1]:4000"),
    ],
)
def test_a_network_address(url, name):
    port = open_url(url)
    assert isinstance(port, TcpPort)
    assert port.url == name


def test_a_modem_that_is_sought():
    port = open_url("imei:867959031234567?ports=/dev/ttyUSB*", baud=9600)
    assert isinstance(port, SoughtPort)
    assert (port.url, port.line_rate) == ("imei:867959031234567", 9600)
    with pytest.raises(UsageError, match="14 to 17 digits") as caught:
        open_url("imei:8679")
    assert caught.value.allowed == "14 to 17 digits"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ttyUSB2",
        "COM",
        "COM3x",
        "tcp://",
        "tcp://host",
        "tcp://:4000",
        "tcp://host:0",
        "tcp://host:65536",
        "tcp://host:http",
        "tcp://user@host:4000",
        "tcp://a b:4000",
        "tcp://host:4000/path",
        "http://host:4000",
        "virtual:sim800",
        "/dev/tty\0",
    ],
)
def test_what_names_no_port(url):
    with pytest.raises(
        UsageError, match=r"allowed: /dev/ttyUSB2 .* COM3, tcp://host:port, socket://host:port"
    ) as caught:
        open_url(url)
    assert caught.value.value == url
    assert caught.value.field == "url"


def test_a_rate_that_is_none():
    with pytest.raises(UsageError, match="baud rate"):
        open_url("/dev/ttyUSB2", baud=0)
