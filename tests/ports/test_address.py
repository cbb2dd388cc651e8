"""An address on the network as text."""

import pytest

from simcom_async.ports.address import host_and_port


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("example.com:25", ("example.com", 25)),
        ("[::1]:0", ("[::1]", 0)),
        ("host:99999", ("host", 99999)),
        (":25", ("", 25)),
        ("example.com", None),
        ("25", None),
        ("host:", None),
        ("host:x", None),
        ("host:-1", None),
        ("host: 1", None),
        ("host:123456", None),
        ("host:" + "1" * 5_000, None),
        ("host:²", None),
        ("host:٢٥", None),
        ("", None),
    ],
)
def test_what_is_one(text: str, expected: tuple[str, int] | None) -> None:
    assert host_and_port(text) == expected
