"""HTTP over AT+CHTTPSSTART to AT+CHTTPSSTOP: TLS by the module, or plain where nothing else carries it.

The host fetches the answer when it wants it, so a slow reader loses nothing, and the port is free in between.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from simcom_async.at.command import Service
from simcom_async.commands.chttps import (
    ChttpsClose,
    ChttpsCode,
    ChttpsFlush,
    ChttpsLayer,
    ChttpsOpen,
    ChttpsReceive,
    ChttpsSend,
    ChttpsStart,
    ChttpsStop,
)
from simcom_async.errors import HttpError, UnsupportedService
from simcom_async.sessions.http_carried import CarriedFlow
from simcom_async.sessions.https_service import HttpsService
from simcom_async.sessions.parameter import composed

if TYPE_CHECKING:
    from simcom_async.sessions.attach import Attachment
    from simcom_async.sessions.http_request import HttpRequest
    from simcom_async.sessions.network import NetworkSession

__all__ = ["TlsFlow"]


class TlsFlow(CarriedFlow):
    """A request by a session of AT+CHTTPSOPSE, any method."""

    needs = (ChttpsStart, ChttpsStop, ChttpsOpen, ChttpsClose, ChttpsSend, ChttpsFlush, ChttpsReceive)
    service = Service.HTTPS
    lost = ChttpsCode.NETWORK
    broken = ChttpsCode.CLOSED

    def __init__(self, attachment: Attachment, network: NetworkSession, request: HttpRequest) -> None:
        super().__init__(attachment, network, request)
        self._refusal: HttpError | None = None

    async def end(self) -> None:
        """Close the session, and release the stack."""
        await self._service.close()

    def _build(self) -> None:
        request, dialect = self._request, self._link.dialect
        secure = request.scheme == "https"
        if secure and request.proxy_address is not None:
            raise UnsupportedService(
                "proxy: the module makes the TLS connection itself and knows no proxy for it",
                field="proxy",
                value=request.proxy,
                allowed="a proxy with http://",
            )
        field = "url" if request.proxy_address is None else "proxy"
        host, port = request.proxy_address or request.server
        layer = None if secure else ChttpsLayer.PLAIN
        fields = {"host": field, "port": field, "layer": "url"}
        command = composed(dialect, fields, ChttpsOpen, host=host, port=port, layer=layer)
        self._service = HttpsService(self._attachment, request, command)

    async def _ask(self) -> None:
        await self._service.open()
        try:
            async with aclosing(self.outgoing()) as pieces:
                await self._service.send(pieces)
        except HttpError as error:
            if not self._service.inbox.peer_closed and error.code != ChttpsCode.CLOSED:
                raise
            self._refusal = error  # a server that has answered already need not listen to the end

    async def _take(self) -> bytes:
        return await self._service.inbox.read()

    def _ended(self, missing: str) -> HttpError:
        return self._refusal or super()._ended(missing)
