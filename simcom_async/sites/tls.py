"""A certificate authority of one's own, for sites that speak TLS."""

from __future__ import annotations

import ssl

from simcom_async.errors import MissingExtra

__all__ = ["LoopbackCA"]


class LoopbackCA:
    """Issues server certificates that only those who trust ``ca_pem`` accept.

    Needs the extra ``sites``; raises MissingExtra without it.
    """

    def __init__(self) -> None:
        try:
            import trustme
        except ModuleNotFoundError as error:
            raise MissingExtra("sites", error.name or "trustme") from error
        self._authority = trustme.CA()

    @property
    def ca_pem(self) -> bytes:
        """The authority's certificate, as PEM."""
        return self._authority.cert_pem.bytes()

    def pem(self, *names: str) -> bytes:
        """A fresh key and its certificates for ``names``, as ``issue`` has it, for servers that want them as PEM."""
        issued = self._authority.issue_cert(*(names or ("localhost", "127.0.0.1")))
        return issued.private_key_and_cert_chain_pem.bytes()

    def trusting(self) -> ssl.SSLContext:
        """A client's context that trusts this authority and no other."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._authority.configure_trust(context)
        return context

    def issue(self, *names: str) -> ssl.SSLContext:
        """A server's context with a fresh certificate for ``names`` (hosts, addresses; localhost if none)."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(*(names or ("localhost", "127.0.0.1"))).configure_cert(context)
        return context
