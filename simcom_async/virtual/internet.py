"""The network behind the virtual modem: real connections, sent elsewhere where a map says so, failures by name."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from simcom_async.errors import UsageError
from simcom_async.ports.address import host_and_port
from simcom_async.ports.clock import Clock
from simcom_async.virtual.module_faults import FailServer, ServerFailure

__all__ = [
    "CONNECTION_LIMIT",
    "ConnectFailed",
    "Connection",
    "Internet",
    "NameNotResolved",
    "NetworkFailure",
    "NoMemory",
    "SilentServer",
    "StackBusy",
    "TlsAlert",
    "TlsFailed",
    "host_map",
    "within",
]

#: Connections at the same time (SIM800 AT manual 8.2.1: six).
CONNECTION_LIMIT = 6
_READ_SIZE = 65536
_VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}

T = TypeVar("T")


class NetworkFailure(Exception):
    """A connection could not be made, or ended before its time."""


class NameNotResolved(NetworkFailure):
    """The name has no address."""


class ConnectFailed(NetworkFailure):
    """Nobody listens there, or nobody answers."""


class SilentServer(ConnectFailed):
    """Nobody has answered in time."""


class NoMemory(ConnectFailed):
    """The module has no memory for a connection."""


class StackBusy(NetworkFailure):
    """There are as many connections as there may be."""


class TlsFailed(NetworkFailure):
    """The TLS channel could not be set up."""


class TlsAlert(TlsFailed):
    """The server ended the set-up with a fatal alert."""


async def within(clock: Clock, seconds: float, work: Awaitable[T]) -> T:
    """Await ``work``, at most ``seconds`` of the clock. Raises TimeoutError."""
    async with asyncio.timeout(None) as scope:
        timer = clock.call_at(clock.time() + seconds, lambda: scope.reschedule(0))
        try:
            return await work
        finally:
            timer.cancel()


class Connection:
    """A connection to a server, with an idle limit on each read and write, over the bearer ``bearer``."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        clock: Clock,
        idle: float,
        bearer: int,
        closed: Callable[[Connection], None],
        context: Callable[[], ssl.SSLContext],
        failure: FailServer | None = None,
    ) -> None:
        self.bearer = bearer
        self._context = context
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._idle = idle
        self._closed = closed
        self._failure = failure
        self._received = 0
        self._aborted = False
        self._ended = asyncio.Event()

    @property
    def peer(self) -> str:
        """The server's address. Raises ConnectFailed when it has reset the connection at once."""
        address = self._writer.get_extra_info("peername")
        if address is None:
            raise ConnectFailed("reset")
        return str(address[0])

    @property
    def local(self) -> str:
        """The module's address, as the server sees it."""
        return str(self._writer.get_extra_info("sockname")[0])

    async def read(self) -> bytes:
        """The next bytes; none: the server has ended the connection. Raises ConnectFailed, SilentServer."""
        try:
            data = await within(self._clock, self._idle, self._next())
        except TimeoutError as error:
            raise SilentServer("silent") from error
        except (OSError, ssl.SSLError) as error:
            raise ConnectFailed(str(error)) from error
        self._received += len(data)
        if self._failure is not None and self._fails(ServerFailure.RESET) and self._received >= self._failure.after:
            self.abort()
        if self._aborted:
            raise ConnectFailed("reset")
        return data

    async def _next(self) -> bytes:
        """What the server says next, as a fault lets it be heard."""
        failure, size = self._failure, _READ_SIZE
        if failure is None:
            return await self._reader.read(size)
        if self._fails(ServerFailure.SLOW):
            await self._clock.sleep(failure.seconds)
        elif self._fails(ServerFailure.SILENT):
            size = min(size, failure.after - self._received)
            if not size:
                await self._ended.wait()
        return failure.spoken(await self._reader.read(size))

    async def write(self, data: bytes) -> None:
        """Send, and wait for room. Raises ConnectFailed, SilentServer: there is none."""
        try:
            self._writer.write(data)
            await within(self._clock, self._idle, self._writer.drain())
        except TimeoutError as error:
            raise SilentServer("takes no more") from error
        except (OSError, ssl.SSLError) as error:
            raise ConnectFailed(str(error)) from error

    async def flush(self) -> None:
        """Wait until the system has taken all that was written, with TLS all but its last buffer of 64 KiB.

        Raises ConnectFailed, SilentServer.
        """
        secured = self._writer.get_extra_info("ssl_object") is not None  # whose transport takes 0 for always full
        self._writer.transport.set_write_buffer_limits(high=int(secured), low=0)
        await self.write(b"")

    async def secure(self, name: str) -> None:
        """Go on with TLS to the server of this name. Raises TlsFailed."""
        if self._fails(ServerFailure.TLS):
            raise TlsFailed("refused by a fault")
        try:
            await within(self._clock, self._idle, self._writer.start_tls(self._context(), server_hostname=name))
        except (OSError, ssl.SSLError) as error:
            raise tls_failure(error) from error

    def _fails(self, failure: ServerFailure) -> bool:
        return self._failure is not None and self._failure.failure is failure

    def abort(self) -> None:
        """End it at once; again is harmless."""
        self._aborted = True
        self._ended.set()
        self._writer.transport.abort()
        self._closed(self)

    async def aclose(self) -> None:
        """End it in order, as far as a second allows."""
        self._closed(self)
        self._writer.close()
        try:
            await within(self._clock, 1.0, self._writer.wait_closed())
        except (OSError, ssl.SSLError):
            self._writer.transport.abort()


class Internet:
    """Opens real connections. ``hosts`` sends ``HOST`` or ``HOST:PORT`` to another address.

    At most CONNECTION_LIMIT connections exist at a time. ``tls_verify`` is ``off`` or a file of CA certificates,
    ``tls_versions`` the lowest and the highest version that is spoken (None: no bound). ``failure`` is asked for a
    fault at each connection.
    """

    def __init__(
        self,
        hosts: Mapping[str, tuple[str, int]],
        clock: Clock,
        *,
        tls_verify: str = "off",
        tls_versions: tuple[str | None, str | None] = (None, None),
        failure: Callable[[], FailServer | None] = lambda: None,
    ) -> None:
        self._hosts = dict(hosts)
        self._clock = clock
        self._tls_verify = tls_verify
        self._tls_versions = tls_versions
        self._failure = failure
        self._context: ssl.SSLContext | None = None
        self._open: set[Connection] = set()
        self._opening = 0
        self._drops: Counter[int] = Counter()

    @property
    def count(self) -> int:
        """Connections that exist or are being made."""
        return len(self._open) + self._opening

    async def connect(
        self, host: str, port: int, *, bearer: int, tls: bool = False, idle: float = 120.0, mapped: bool = True
    ) -> Connection:
        """Connect within ``idle`` seconds, which then bound each silence too. Raises NetworkFailure by its cause.

        ``mapped``: where the table of hosts says, not ``mapped``: to this very address.
        """
        if self.count >= CONNECTION_LIMIT:
            raise StackBusy(f"{CONNECTION_LIMIT} connections are open")
        self._opening += 1
        drops = self._drops[bearer]
        try:
            failure = await self._strike(host, idle)
            address = self._mapped(host, port) if mapped else (host, port)
            reader, writer = await self._open_one(address, idle)
            connection = self.adopt(reader, writer, bearer=bearer, idle=idle, failure=failure)
        finally:
            self._opening -= 1
        if drops != self._drops[bearer]:
            connection.abort()
            raise ConnectFailed("the bearer has gone meanwhile")
        if tls:
            try:
                await connection.secure(host)
            except BaseException:
                connection.abort()
                raise
        return connection

    def adopt(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        bearer: int,
        idle: float = 120.0,
        failure: FailServer | None = None,
    ) -> Connection:
        """A connection that was made by other means (by the server, in FTP's active mode), from now on as its own."""
        connection = Connection(
            reader,
            writer,
            clock=self._clock,
            idle=idle,
            bearer=bearer,
            closed=self._open.discard,
            context=self._tls,
            failure=failure,
        )
        self._open.add(connection)
        return connection

    def drop(self, bearer: int) -> None:
        """What runs over a bearer ends at once, and so does what is being connected over it."""
        self._drops[bearer] += 1
        for connection in [one for one in self._open if one.bearer == bearer]:
            connection.abort()

    def drop_all(self) -> None:
        """Every connection ends at once."""
        for connection in list(self._open):
            connection.abort()

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = _context(self._tls_verify, *self._tls_versions)
        return self._context

    async def _strike(self, host: str, idle: float) -> FailServer | None:
        failure = self._failure()
        match None if failure is None else failure.failure:
            case ServerFailure.DNS:
                raise NameNotResolved(host)
            case ServerFailure.REFUSE:
                raise ConnectFailed("refused by a fault")
            case ServerFailure.BUSY:
                raise StackBusy("busy by a fault")
            case ServerFailure.MEMORY:
                raise NoMemory("no memory by a fault")
            case ServerFailure.SILENT if failure is not None and not failure.after:
                await self._clock.sleep(idle)
                raise SilentServer("silent by a fault")
            case _:
                return failure

    def _mapped(self, host: str, port: int) -> tuple[str, int]:
        return self._hosts.get(f"{host}:{port}".lower()) or self._hosts.get(host.lower()) or (host, port)

    async def _open_one(
        self, address: tuple[str, int], idle: float
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = address
        try:
            return await within(self._clock, idle, asyncio.open_connection(host, port))
        except (socket.gaierror, UnicodeError) as error:
            raise NameNotResolved(f"{host}: {error}") from error
        except TimeoutError as error:
            raise SilentServer(f"{host}:{port}: nobody answers") from error
        except (OSError, OverflowError) as error:  # there is no such port
            raise ConnectFailed(f"{host}:{port}: {error}") from error


def host_map(table: Mapping[str, str | tuple[str, int]]) -> dict[str, tuple[str, int]]:
    """A table ``HOST[:PORT]`` to ``HOST:PORT`` in the form that Internet wants. Raises UsageError."""
    found: dict[str, tuple[str, int]] = {}
    for source, target in table.items():
        if isinstance(target, str):
            place = host_and_port(target)
            if place is None or not place[0] or not 0 < place[1] < 65536:
                raise UsageError(f"{target!r} is no HOST:PORT", field="hosts", value=target, allowed="HOST:PORT")
            target = place
        found[source.lower()] = target
    return found


def tls_failure(error: Exception) -> TlsFailed:
    """What a failed set-up of TLS was: an alert of the server, or anything else."""
    reason = getattr(error, "reason", None) or str(error)
    return TlsAlert(str(error)) if "ALERT" in reason.upper() else TlsFailed(str(error))


def _context(tls_verify: str, lowest: str | None, highest: str | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if tls_verify == "off":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    if lowest is not None:
        context.minimum_version = _VERSIONS[lowest]
    if highest is not None:
        context.maximum_version = _VERSIONS[highest]
    if tls_verify == "off":
        return context
    try:
        context.load_verify_locations(tls_verify)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(
            f"tls_verify: {tls_verify} holds no certificates: {error}", field="tls_verify", value=tls_verify
        ) from error
    return context
