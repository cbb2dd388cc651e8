from __future__ import annotations

import pytest

from simcom_async.sites import Route, generated


@pytest.mark.parametrize(
    ("route", "method", "target", "fits"),
    [
        (Route(), "GET", "/", True),
        (Route(), "GET", "http://example.com", True),
        (Route(), "HEAD", "/", True),
        (Route(), "POST", "/", False),
        (Route(method="HEAD"), "GET", "/", False),
        (Route(method=None), "DELETE", "/", True),
        (Route(path="/a"), "GET", "/a?x=1", True),
        (Route(path="/a"), "GET", "/ab", False),
        (Route(path="/a?x=1"), "GET", "/a?x=1", True),
        (Route(path="/a?x=1"), "GET", "/a?x=2", False),
        (Route(path="/a?x=1"), "GET", "/a", False),
    ],
)
def test_which_requests_it_fits(route: Route, method: str, target: str, fits: bool) -> None:
    assert route.fits(method, target) is fits


def test_its_body() -> None:
    assert Route().content().length == 0
    assert Route(body=b"x", length=9).content().read(0, 9) == b"x"
    assert Route(length=9).content().read(0, 99) == generated(0, 9)
