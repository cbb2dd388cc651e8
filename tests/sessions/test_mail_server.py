"""What is said of a mail server, before a byte is sent."""

from __future__ import annotations

import pytest

from simcom_async.errors import LimitExceeded, UsageError
from simcom_async.sessions.mail_server import check_server, check_timeout, module_timeout


@pytest.mark.parametrize("host", ["mail.example.com", "127.0.0.1", "a-b_c"])
def test_servers(host: str) -> None:
    check_server("host", host, 25)


@pytest.mark.parametrize("host", ["", "a b", "a:25", "u@h", "http://h", "a,b", 'a"', "a\r", "ü.de", b"a", None])
def test_what_is_no_host(host: object) -> None:
    with pytest.raises(UsageError, match=r"^hostname: ") as caught:
        check_server("hostname", host, 25)
    assert caught.value.field == "hostname"


@pytest.mark.parametrize("port", [0, -1, 65_536, "25", None, True, 25.0])
def test_what_is_no_port(port: object) -> None:
    with pytest.raises(UsageError, match=r"^port: "):
        check_server("host", "h", port)


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan"), "1"])
def test_what_is_no_time(timeout: object) -> None:
    with pytest.raises(LimitExceeded, match="allowed are seconds above 0"):
        check_timeout(timeout)


@pytest.mark.parametrize("timeout", [None, 0.1, 1, 10_000])
def test_times(timeout: float | None) -> None:
    check_timeout(timeout)


@pytest.mark.parametrize(("timeout", "told"), [(None, 30), (0.5, 10), (15, 10), (16, 11), (60, 55), (1_000, 120)])
def test_the_module_gives_up_before_the_caller(timeout: float | None, told: int) -> None:
    assert module_timeout(timeout) == told
