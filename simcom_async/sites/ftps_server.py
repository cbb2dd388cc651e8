"""The TLS side of FtpSite (RFC 4217): the same conversations and transfers, in pyftpdlib's TLS handlers.

pyOpenSSL keeps what it has deciphered and nobody has read: the poller does not see that, so a transfer that was let
through in part is called again.
"""

from __future__ import annotations

import asyncio
import socket
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from OpenSSL import SSL

from simcom_async.sites.ftp_server import BLOCK, Conversation, Transfer

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.11 says so of asyncore, which it is built on
    from pyftpdlib.handlers import TLS_DTPHandler, TLS_FTPHandler

if TYPE_CHECKING:
    from simcom_async.sites.ftp_server import FtpListener

__all__ = ["SecureConversation", "context"]

#: SSL_OP_IGNORE_UNEXPECTED_EOF (OpenSSL 3.0): a peer that goes away without a word is as one that says good-bye.
_IGNORE_UNEXPECTED_EOF = 1 << 7
#: Replies behind which a transfer is under way.
_BEGUN = (125, 150)


def context(certificate: Path) -> SSL.Context:
    """The context of a server with the key and the certificates in this PEM file."""
    made = SSL.Context(SSL.TLS_SERVER_METHOD)
    made.use_certificate_chain_file(str(certificate))
    made.use_privatekey_file(str(certificate))
    made.set_options(_IGNORE_UNEXPECTED_EOF)
    return made


class SecureTransfer(TLS_DTPHandler, Transfer):  # type: ignore[misc] # pyftpdlib has no types
    """A data connection, with TLS where the session protects it."""

    cmd_channel: SecureConversation

    def waiting(self) -> int | None:
        """How many bytes can be received at once: 0 at the end, None: not yet."""
        if not isinstance(self.socket, SSL.Connection):
            return super().waiting()
        try:
            return len(self.socket.recv(BLOCK, socket.MSG_PEEK))
        except SSL.WantReadError:
            self._ssl_want_read = True
            return None
        except SSL.Error:
            return 0

    def resumed(self) -> None:
        """It may go on: with what is deciphered already, too."""
        super().resumed()
        if self.receive and isinstance(self.socket, SSL.Connection) and self.socket.pending():
            asyncio.get_running_loop().call_soon(self._again)

    def moved(self, count: int) -> None:
        """Bytes have moved; the rest of a record waits where the poller does not see it."""
        super().moved(count)
        if self.receive and count and isinstance(self.socket, SSL.Connection):
            asyncio.get_running_loop().call_soon(self._again)

    def handle_failed_ssl_handshake(self) -> None:
        """Say so (RFC 4217 10.2), but only where a transfer waits for it: else it would answer another command."""
        if self.cmd_channel.command.code in _BEGUN:
            super().handle_failed_ssl_handshake()
        else:
            self.close()

    def _again(self) -> None:
        if self.connected and not self.asking and isinstance(self.socket, SSL.Connection) and self.socket.pending():
            self.handle_read_event()


class SecureConversation(TLS_FTPHandler, Conversation):  # type: ignore[misc] # pyftpdlib has no types
    """A control connection that goes on with TLS when it is asked to."""

    listener: FtpListener
    dtp_handler = SecureTransfer

    def close(self) -> None:
        """End it."""
        self.listener.ends.discard(self)
        super().close()

    def log(self, *args: Any, **kwargs: Any) -> None:
        """What pyftpdlib says of a failed set-up of TLS is not worth a log."""
