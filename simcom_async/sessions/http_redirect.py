"""Redirects that the host follows, where the module does not (RFC 9110 section 15.4)."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urljoin

from simcom_async.errors import HttpError
from simcom_async.sessions.http_flow import HttpFlow
from simcom_async.sessions.http_request import HttpRequest

__all__ = ["REDIRECTS", "redirected", "redirected_again"]

#: Redirects in a row that are followed.
REDIRECTS = 10

#: With the first two a POST becomes a GET, as everywhere, with 303 all but HEAD does; else it is sent again as it is.
_POST_TO_GET = (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND)
_TO_GET = HTTPStatus.SEE_OTHER
_AS_IT_IS = (HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT)
#: What is not for another server than the one that it was meant for.
_PRIVATE = frozenset({"authorization", "cookie", "proxy-authorization"})
#: What says something of a body.
_OF_A_BODY = frozenset({"content-type", "content-encoding", "content-language", "content-disposition"})


def redirected(request: HttpRequest, answer: HttpFlow) -> HttpRequest | None:
    """The request that follows this answer, None where it is the answer itself.

    Header fields with credentials are left out when it goes to another server. Raises HttpError for a redirect that
    cannot be followed.
    """
    location, status = (answer.headers or {}).get("location"), answer.status
    if location is None or status not in (*_POST_TO_GET, _TO_GET, *_AS_IT_IS):
        return None
    becomes_get = status == _TO_GET and request.method != "HEAD"
    becomes_get = becomes_get or (status in _POST_TO_GET and request.method == "POST")
    try:
        url = urljoin(request.address, location)
        following = replace(request, url=url)
        if following.scheme != request.scheme or following.server != request.server:
            following = replace(following, headers=_without(_PRIVATE, following.headers))
        if becomes_get:
            headers = _without(_OF_A_BODY, following.headers)
            return replace(following, method="GET", body=None, content_type=None, headers=headers)
    except ValueError as error:  # UsageError, or what urljoin raises for what is no URL at all
        raise _failed(request, status, f"to a URL that is not taken: {error}") from error
    if isinstance(request.body, AsyncIterable):
        raise _failed(
            request, status, f"to {url}, where the body would have to be sent again, and an iterable is read only once"
        )
    return following


def redirected_again(request: HttpRequest) -> HttpError:
    """The error after more redirects than are followed."""
    return HttpError(
        f"{request.method} {request.url}: redirected more than {REDIRECTS} times",
        code=int(HTTPStatus.FOUND),
        meaning="redirects without end",
        remedy="look at the answers without follow_redirects",
    )


def _without(names: frozenset[str], headers: Mapping[str, str] | None) -> dict[str, str] | None:
    return None if headers is None else {name: value for name, value in headers.items() if name.lower() not in names}


def _failed(request: HttpRequest, status: int, why: str) -> HttpError:
    return HttpError(
        f"{request.method} {request.url}: redirected with {status} {why}",
        code=status,
        meaning="a redirect that cannot be followed",
        remedy="look at the answer without follow_redirects",
    )
