"""Servers and how to talk to them."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from simcom_async.errors import LimitExceeded, UsageError
from simcom_async.sessions.ftp_login import FtpLogin


def test_what_is_not_said_is_the_usual() -> None:
    login = FtpLogin(host="ftp.example.com")
    assert (login.port, login.user, login.tls, login.passive, login.binary) == (21, "anonymous", False, True, True)
    assert str(login) == "ftp.example.com:21"


def test_the_password_is_not_shown() -> None:
    login = FtpLogin(host="h", password=SecretStr("s3cret"))
    assert "s3cret" not in f"{login!r} {login}"


@pytest.mark.parametrize("host", ["", "a b", "ftp://h", "h:21", "u@h", "h/d", "h\r", "h\n", "::1"])
def test_what_is_no_host(host: str) -> None:
    with pytest.raises(UsageError) as caught:
        FtpLogin(host=host)
    assert caught.value.field == "host"


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_ports_that_there_are_not(port: int) -> None:
    with pytest.raises(LimitExceeded) as caught:
        FtpLogin(host="h", port=port)
    assert caught.value.field == "port"


@pytest.mark.parametrize(
    ("field", "value"),
    [("host", None), ("host", b"h"), ("port", "21"), ("port", True), ("user", 5), ("password", "plain")],
)
def test_values_of_another_kind(field: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"{field}: a .* cannot be taken") as caught:
        FtpLogin(**{"host": "h", field: value})  # type: ignore[arg-type]
    assert caught.value.field == field
    assert "plain" not in str(caught.value)
