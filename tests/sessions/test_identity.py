"""Which module it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simcom_async.dialects import DIALECTS, SIM800
from simcom_async.errors import LinkError, ModemReplaced, UsageError
from simcom_async.link.condition import Condition
from simcom_async.sessions.identity import Identity, chosen_dialect, dialect_of, identify_again, read_identity
from tests.sessions.peer import ERROR, OK, Peer, attached, text


async def test_it_is_asked() -> None:
    modem = await attached(Peer())
    assert await read_identity(modem.link) == Identity(
        manufacturer="SIMCOM_Ltd",
        model="SIMCOM_SIM800",
        revision="1418B05SIM800L24",
        imei="869951030000008",
        product=("SIM800 R14.18",),
    )
    assert modem.identity.imei == "869951030000008"
    await modem.aclose()


async def test_what_it_does_not_say_is_empty() -> None:
    peer = Peer(**{"AT+CGMI": ERROR, "AT+CGMR": OK, "AT+CGSN": ERROR})
    modem = await attached(peer)
    found = modem.identity
    assert (found.manufacturer, found.revision, found.imei) == ("", "", "")
    assert (found.model, modem.dialect) == ("SIMCOM_SIM800", SIM800)
    await modem.aclose()


async def test_a_line_that_was_lost_is_asked_for_again() -> None:
    peer = Peer()
    modem = await attached(peer)
    before = modem.identity
    peer.on("AT+CGSN", OK, text(before.imei))
    assert await read_identity(modem.link) == before
    await modem.aclose()


async def test_one_that_does_not_say_its_imei_is_no_other() -> None:
    peer = Peer()
    modem = await attached(peer)
    before = modem.identity
    peer.on("AT+CGSN", ERROR)
    assert await identify_again(modem.link, before, "/dev/ttyUSB2") == before
    assert (await identify_again(modem.link, replace(before, product=()), "/dev/ttyUSB2")).imei == ""
    await modem.aclose()


async def test_another_module_in_its_place() -> None:
    modem = await attached(Peer())
    before, other = modem.identity, replace(modem.identity, imei="867959031234567")
    for known in (None, before, replace(before, imei="")):
        assert await identify_again(modem.link, known, "/dev/ttyUSB2") == before
    assert await identify_again(modem.link, other, "iccid:89490200001234567890") == before
    with pytest.raises(ModemReplaced, match="with IMEI 869951030000008 in the place of 867959031234567") as caught:
        await identify_again(modem.link, other, "/dev/ttyUSB2")
    assert (caught.value.before, caught.value.now, caught.value.port) == (other.imei, before.imei, "/dev/ttyUSB2")
    assert modem.link.condition is Condition.LOST
    await modem.aclose()


@pytest.mark.parametrize(
    ("product", "model"),
    [(("SIM800 R14.18",), ""), ((), "SIMCOM_SIM800H"), (("Model: sim800c", "+GCAP: +CGSM"), "x")],
)
def test_the_series_is_in_what_it_says(product: tuple[str, ...], model: str) -> None:
    assert dialect_of(Identity("", model, "", "", product), "/dev/ttyUSB2") is SIM800


def test_the_longest_name_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    special = replace(SIM800, name="special", habits=replace(SIM800.habits, identity=("SIM800X",)))
    monkeypatch.setitem(DIALECTS, "special", special)  # type: ignore[arg-type]
    assert dialect_of(Identity("", "SIM800X2", "", ""), "memory") is special
    assert dialect_of(Identity("", "SIM800", "", ""), "memory") is SIM800


def test_another_module_is_named_with_what_is_known() -> None:
    identity = Identity("Quectel", "EC25", "", "", ("Quectel", "EC25"))
    with pytest.raises(
        LinkError, match="the module says 'QUECTEL EC25 EC25', which no dialect knows; known are"
    ) as caught:
        dialect_of(identity, "/dev/ttyUSB2")
    assert "sim800" in str(caught.value)
    assert "dialect=" in str(caught.value)
    assert caught.value.port == "/dev/ttyUSB2"


def test_a_dialect_by_name() -> None:
    assert chosen_dialect("sim800") is SIM800
    assert chosen_dialect(SIM800) is SIM800
    with pytest.raises(UsageError, match=r"dialect: 'sim999' is not known, allowed is .*sim800"):
        chosen_dialect("sim999")


async def test_a_forced_dialect_is_not_asked_for() -> None:
    peer = Peer(**{"ATI": text("EC25"), "AT+CGMM": text("EC25")})
    modem = await attached(peer, dialect="sim800")
    assert (modem.dialect, modem.identity.model) == (SIM800, "EC25")
    await modem.aclose()
