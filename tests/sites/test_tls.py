from __future__ import annotations

import asyncio
import ssl
import sys
import tempfile

import pytest

from simcom_async.errors import MissingExtra
from simcom_async.sites import HttpSite, LoopbackCA, Route

QUESTION = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


async def fetch(site: HttpSite, context: ssl.SSLContext, name: str) -> bytes:
    reader, writer = await asyncio.open_connection(*site.address, ssl=context, server_hostname=name)
    writer.write(QUESTION)
    answer = await reader.read(-1)
    writer.close()
    await writer.wait_closed()
    return answer


async def test_who_trusts_the_authority_is_served() -> None:
    authority = LoopbackCA()
    async with HttpSite([Route(body=b"secret")], tls=authority.issue()) as site:
        assert site.url.startswith("https://127.0.0.1:")
        assert (await fetch(site, authority.trusting(), "127.0.0.1")).endswith(b"\r\n\r\nsecret")
        assert (await fetch(site, authority.trusting(), "localhost")).endswith(b"\r\n\r\nsecret")


async def test_the_pem_is_enough_to_trust_it() -> None:
    authority = LoopbackCA()
    context = ssl.create_default_context(cadata=authority.ca_pem.decode())
    async with HttpSite([Route(body=b"secret")], tls=authority.issue("www.example.com")) as site:
        assert (await fetch(site, context, "www.example.com")).endswith(b"secret")


async def test_key_and_certificates_as_pem_are_those_of_a_server() -> None:
    authority = LoopbackCA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(authority.pem("www.example.com"))
        file.flush()
        context.load_cert_chain(file.name)
    async with HttpSite([Route(body=b"secret")], tls=context) as site:
        assert (await fetch(site, authority.trusting(), "www.example.com")).endswith(b"secret")


async def test_who_does_not_trust_it_refuses() -> None:
    async with HttpSite(tls=LoopbackCA().issue()) as site:
        with pytest.raises(ssl.SSLCertVerificationError):
            await fetch(site, LoopbackCA().trusting(), "localhost")


async def test_the_certificate_is_for_its_names_only() -> None:
    authority = LoopbackCA()
    async with HttpSite(tls=authority.issue("www.example.com")) as site:
        with pytest.raises(ssl.SSLCertVerificationError):
            await fetch(site, authority.trusting(), "localhost")


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(MissingExtra, match=r"simcom-async\[sites\]"):
        LoopbackCA()
