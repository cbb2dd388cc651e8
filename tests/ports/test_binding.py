"""Urls that say which modem is meant."""

import pytest

from simcom_async.errors import UsageError
from simcom_async.ports.binding import Binding, Trait


@pytest.mark.parametrize(
    ("url", "binding"),
    [
        ("imei:867959031234567", Binding(Trait.IMEI, "867959031234567")),
        ("IMEI:867959031234567", Binding(Trait.IMEI, "867959031234567")),
        ("iccid:89490200001234567890", Binding(Trait.ICCID, "89490200001234567890")),
        ("usb:0123456789ABCDEF", Binding(Trait.USB, "0123456789ABCDEF")),
        ("usb:A%3FB", Binding(Trait.USB, "A?B")),
        (
            "imei:867959031234567?ports=/dev/ttyUSB*&ports=/dev/ttyACM?",
            Binding(Trait.IMEI, "867959031234567", ("/dev/ttyUSB*", "/dev/ttyACM?")),
        ),
    ],
)
def test_what_is_bound(url, binding):
    assert Binding.of(url) == binding


@pytest.mark.parametrize("url", ["/dev/ttyUSB2", "COM3", "tcp://host:1", "virtual:sim800", "", "imei", "imeisv:1"])
def test_other_urls(url):
    assert Binding.of(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "imei:",
        "imei:12345",
        "imei:86795903123456x",
        "imei:" + "\N{ARABIC-INDIC DIGIT THREE}" * 15,
        "iccid:8949",
        "usb:",
        "usb:a\x00b",
        "imei:867959031234567?port=/dev/ttyUSB0",
        "imei:867959031234567?ports=",
    ],
)
def test_what_binds_nothing(url):
    with pytest.raises(UsageError) as caught:
        Binding.of(url)
    assert caught.value.field == "url"


def test_its_name_and_what_fits():
    binding = Binding.of("iccid:8949020000123456789f?ports=/dev/x")
    assert binding.url == "iccid:8949020000123456789f"
    assert binding.fits("8949020000123456789")
    assert binding.fits("8949020000123456789F")
    assert not binding.fits("8949020000123456780")
    assert not Binding.of("imei:867959031234567").fits("867959031234568")
