"""What a user holds: one modem, found by asking it, with its services and its events."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar
from urllib.parse import parse_qsl

from pydantic import SecretStr

from simcom_async.at.command import Command
from simcom_async.at.dialect import Dialect, WireState
from simcom_async.at.secret import raw_command
from simcom_async.dialects import DIALECTS, GENERAL
from simcom_async.errors import UnsupportedService, UsageError
from simcom_async.link.bus import EventBus
from simcom_async.link.layer import Layer
from simcom_async.link.link import Link
from simcom_async.link.subscription import Listener, Overflow, Subscription
from simcom_async.ports.binding import Binding
from simcom_async.ports.clock import Clock, LoopClock
from simcom_async.ports.open import open_url
from simcom_async.ports.port import Port
from simcom_async.sessions.attach import Attachment
from simcom_async.sessions.bearer import Access
from simcom_async.sessions.files import FilesSession
from simcom_async.sessions.ftp import FtpSession
from simcom_async.sessions.ftp_login import FtpLogin
from simcom_async.sessions.ftp_service import FtpService
from simcom_async.sessions.ftps_service import FtpsService
from simcom_async.sessions.health import Health, Vitals
from simcom_async.sessions.http import HttpSession
from simcom_async.sessions.identity import Identity, chosen_dialect
from simcom_async.sessions.life_cycle import LifeCycle
from simcom_async.sessions.network import NetworkSession
from simcom_async.sessions.pop3 import Pop3Service, Pop3Session
from simcom_async.sessions.pop3_flow import Pop3Account
from simcom_async.sessions.recognition import recognise
from simcom_async.sessions.recovery_policy import PowerHook, RecoveryPolicy
from simcom_async.sessions.smtp import SmtpSession
from simcom_async.sessions.watchdog import Watchdog
from simcom_async.sessions.witness import witnessed

if TYPE_CHECKING:
    from simcom_async.virtual import VirtualModem

__all__ = ["Modem", "connect", "open_modem"]

A = TypeVar("A")
T = TypeVar("T")

_VIRTUAL = "virtual:"


@witnessed("link")
class Modem:
    """One modem: its services (``http``, ``ftp``, ``smtp``, ``pop3``, ``files``), its ``network``, commands and events.

    Made by ``open_modem`` or ``connect``. After a lost bearer, a restart of the module or a lost port the same object
    works again: what was under way fails by name, and the modem looks for its module by itself until it is closed; a
    call joins the attempt under way, or begins one. ``state`` says where it is in its life.
    """

    def __init__(
        self,
        link: Link,
        url: str,
        *,
        access: Access | None = None,
        pin: str | SecretStr | None = None,
        dialect: Dialect | None = None,
        clock: Clock | None = None,
        virtual: VirtualModem | None = None,
        watchdog: float | None = None,
        recovery: RecoveryPolicy | None = None,
        power: PowerHook | None = None,
    ) -> None:
        self.link = link
        self._virtual = virtual
        clock = LoopClock() if clock is None else clock
        self._attachment = Attachment(link, url, clock, dialect, policy=recovery, power=power)
        self._vitals = Vitals(link, self._attachment.clock)
        self._watchdog = Watchdog(self._attachment, self._vitals, watchdog)
        self.network = NetworkSession(self._attachment, Access() if access is None else access, pin)
        self.http = HttpSession(self._attachment, self.network)
        self._files = FilesSession(self._attachment)
        self.smtp = SmtpSession(self._attachment, self.network, self._files)
        self._pop3 = Pop3Service(self._attachment, self.network, self._files)
        self._ftp = FtpService(self._attachment, self.network, self._files)
        self._ftps = FtpsService(self._attachment, self.network, self._files)

    @property
    def bus(self) -> EventBus:
        """Everything that happens on the line, by type."""
        return self.link.bus

    @property
    def identity(self) -> Identity:
        """Manufacturer, model, revision and IMEI, as the module says them."""
        return self._attachment.identity

    @property
    def state(self) -> LifeCycle:
        """Where it is in its life; ``events(LifeCycle)`` tells of changes, across the loss of the port as well."""
        return self._attachment.state

    @property
    def health(self) -> Health:
        """How the modem is doing, from what is known: nothing is asked. ``events(HealthChanged)`` tells of changes."""
        return self._vitals.health

    @property
    def dialect(self) -> Dialect:
        """What the module speaks."""
        return self.link.dialect

    async def open(self) -> None:
        """Open the line and find the module. Raises LinkError, with the port, what was seen and what to do."""
        await self._attachment.open()
        self._watchdog.start()

    async def recover(self, up_to: Layer = Layer.REOPEN, *, at_least: Layer = Layer.PROBE) -> None:
        """Have the module ready again: from ``at_least`` on, layer by layer, until one helps, at most ``up_to``.

        It does not ask who uses a service, nor what the policy allows. Each layer is a RecoveryStep on the bus. Raises
        UsageError for POWER without a power hook, else what the last layer has failed with.
        """
        await self._attachment.recover(up_to, at_least)

    async def aclose(self) -> None:
        """Close the line, and the virtual modem behind it if it was made for this; again is harmless."""
        self.network.close()
        try:
            await self._attachment.aclose()
        finally:
            virtual, self._virtual = self._virtual, None
            if virtual is not None:
                await virtual.aclose()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def at(self, line: str, *, timeout: float | None = None) -> tuple[str, ...]:
        """Send a raw command line (``+CSQ``, with or without AT); the lines of its reply.

        ``timeout`` in seconds. Raises CommandFailed for another final result than OK, UsageError for what cannot be
        part of a command line.
        """
        if not isinstance(line, str):
            raise UsageError(f"line: a {type(line).__name__} cannot be sent, allowed is str", field="line", value=line)
        return await self.send(raw_command(line, (self.link.dialect, *DIALECTS.values())), timeout=timeout)

    async def send(self, command: Command[A], *, timeout: float | None = None) -> A:
        """Send a declared command; what it answers."""
        await self._attachment.ready()
        return await self.link.send(command, timeout=timeout)

    @asynccontextmanager
    async def events(
        self,
        *kinds: type[T],
        bound: int = 256,
        overflow: Overflow = Overflow.DROP_OLDEST,
        key: Callable[[T], Hashable] | None = None,
        since: int | None = None,
    ) -> AsyncIterator[Subscription[T]]:
        """Events, or messages, of some types: ``async with modem.events(BearerLost) as events: async for ...``.

        ``bound``: how many may wait unread; ``overflow``: what becomes of more, a Gap stands for what was lost.
        ``since``: begin behind this sequence number, as far as it is remembered.
        """
        with self.bus.subscribe(*kinds, bound=bound, overflow=overflow, key=key, since=since) as subscription:
            yield subscription

    def on(self, kind: type[T], callback: Callable[[T], None]) -> Listener[T]:
        """Call back for each event of a type, until ``close`` of what is returned."""
        return self.bus.on(kind, callback)

    async def wait_for(
        self, kind: type[T], *, timeout: float | None = None, where: Callable[[T], bool] | None = None
    ) -> T:
        """The next event of a type that meets ``where``; raises CommandTimeout after ``timeout`` seconds."""
        return await self.bus.wait_for(kind, timeout=timeout, where=where)

    def ftp(
        self,
        host: str,
        port: int = 21,
        *,
        user: str = "anonymous",
        password: str | SecretStr = "",
        tls: bool = False,
        passive: bool = True,
        binary: bool = True,
        single_ip: bool = False,
    ) -> FtpSession:
        """FTP with a server: ``async with modem.ftp("ftp.example.com", user="u", password="p") as ftp: ...``.

        ``tls``: FTPS. ``passive``: the module opens the data connections, else the server does. ``binary=False``: text,
        in which line ends are the server's business. ``single_ip``: data connections of FTPS go to ``host``, whatever
        address the server tells. Raises UsageError, and UnsupportedService for what the module has no commands for,
        before a byte is sent.
        """
        secret = SecretStr(password) if isinstance(password, str) else password
        ways = {"tls": tls, "passive": passive, "binary": binary, "single_ip": single_ip}
        login = FtpLogin(host=host, port=port, user=user, password=secret, **ways)
        return FtpSession(self._ftps if tls else self._ftp, login)

    def pop3(
        self, host: str, user: str, password: str | SecretStr, port: int = 110, *, timeout: float | None = None
    ) -> Pop3Session:
        """A mailbox, inside ``async with``: ``async for message in box``. ``timeout``: seconds for one answer."""
        secret = SecretStr(password) if isinstance(password, str) else password
        account = Pop3Account(host=host, user=user, password=secret, port=port, timeout=timeout)
        return Pop3Session(self._pop3, account)

    @property
    def files(self) -> FilesSession:
        """The module's file system. Raises UnsupportedService for a module without commands for it."""
        if not FilesSession.carried_by(self.dialect):
            self._refuse("the module's file system")
        return self._files

    def _refuse(self, what: str) -> NoReturn:
        raise UnsupportedService(
            f"{what} is not carried yet for the {self.dialect.name} dialect; send its commands with at()",
            field="service",
            value=what,
        )

    def __repr__(self) -> str:
        return f"Modem({self._attachment.url}, {self.dialect.name})"


async def connect(
    url: str | Port,
    *,
    apn: str | None = None,
    user: str | None = None,
    password: str | SecretStr | None = None,
    pin: str | SecretStr | None = None,
    dialect: str | Dialect | None = None,
    baud: int = 115200,
    rtscts: bool = False,
    clock: Clock | None = None,
    watchdog: float | None = 60.0,
    recovery: RecoveryPolicy | None = None,
    power: PowerHook | None = None,
) -> Modem:
    """Open a modem without a block; ``await modem.aclose()`` ends it. Parameters as ``open_modem``."""
    wanted = None if dialect is None else chosen_dialect(dialect)
    access = Access(apn, user, SecretStr(password) if isinstance(password, str) else password)
    clock = LoopClock() if clock is None else clock
    virtual = await _virtual(url, clock) if isinstance(url, str) and url.startswith(_VIRTUAL) else None
    try:
        port = virtual.port() if virtual is not None else _port(url, baud, rtscts, clock)
        link = Link(port, wanted or GENERAL, clock=clock, state=WireState(baud=_rate(url, baud)))
        name = url if isinstance(url, str) else url.url
        modem = Modem(
            link,
            name,
            access=access,
            pin=pin,
            dialect=wanted,
            clock=clock,
            virtual=virtual,
            watchdog=watchdog,
            recovery=recovery,
            power=power,
        )
        await modem.open()
    except BaseException:
        if virtual is not None:
            await virtual.aclose()
        raise
    return modem


@asynccontextmanager
async def open_modem(
    url: str | Port,
    *,
    apn: str | None = None,
    user: str | None = None,
    password: str | SecretStr | None = None,
    pin: str | SecretStr | None = None,
    dialect: str | Dialect | None = None,
    baud: int = 115200,
    rtscts: bool = False,
    clock: Clock | None = None,
    watchdog: float | None = 60.0,
    recovery: RecoveryPolicy | None = None,
    power: PowerHook | None = None,
) -> AsyncIterator[Modem]:
    """A modem, opened and found, inside ``async with``.

    ``url``: a device file, a PTY, ``COM3``, ``tcp://host:port``, ``socket://host:port``, or ``virtual:sim800`` (a
    virtual modem in memory; options as a query, ``virtual:sim800?urc_delay=0``), or a port; or which modem is meant, on
    whatever serial port it is now and after each loss: ``imei:867...``, ``iccid:8949...``, ``usb:SERIAL``, with the
    ports that come into question where not all do, ``imei:867...?ports=/dev/ttyUSB*``. ``apn``, ``user``, ``password``:
    for the bearer, which the first request opens; None leaves what the module has stored. ``pin``: for a card that asks
    for it. ``dialect``: forces one, else the module is asked. ``baud``, ``rtscts``: of a serial line. ``watchdog``:
    every so many seconds see that the module lives, where nothing was heard of it and nobody uses the port, and ask for
    signal and registration (``Modem.health``), but not while it may sleep (``AT+CSCLK=1``, ``2``); None: leave it
    alone. ``recovery``: what may be done about a module that does not do its work. ``power``: an async function without
    parameters that switches the module's supply off and on; the last thing that is tried.

    A module that does not answer AT within 21 seconds may be in whatever state a host that died has left it in: at a
    prompt, in an entry, in the data mode, sending a payload, at another rate. Then ESC, ``+++`` between its silences,
    Ctrl-Z, ETX, up to 4,096 blanks, and on a serial line the usual rates are tried, each followed by AT; what has
    helped is logged as a warning, and a data call that was found is hung up. A module that gives no answer is given up
    after at most 75 seconds; where there is a ``power`` hook it is called then, and a further 25 seconds are added to
    those that the policy gives the hook and the module (``RecoveryPolicy.power``, ``RecoveryPolicy.boot``).

    Raises UsageError before a byte is sent, LinkError when there is no port, or no module that answers on it, with what
    was tried and what was seen.
    """
    modem = await connect(
        url,
        apn=apn,
        user=user,
        password=password,
        pin=pin,
        dialect=dialect,
        baud=baud,
        rtscts=rtscts,
        clock=clock,
        watchdog=watchdog,
        recovery=recovery,
        power=power,
    )
    try:
        yield modem
    finally:
        await modem.aclose()


def _port(url: str | Port, baud: int, rtscts: bool, clock: Clock) -> Port:
    if not isinstance(url, str):
        return url
    return open_url(url, baud=baud, rtscts=rtscts, recognise=partial(recognise, clock=clock))


def _rate(url: str | Port, baud: int) -> int | None:
    """The rate of the line in bit/s, None where it has none."""
    serial = isinstance(url, str) and (":" not in url or Binding.of(url) is not None)
    return baud if serial else None


async def _virtual(url: str, clock: Clock) -> VirtualModem:
    """A running virtual modem of the dialect that a url names, with the options of its query."""
    from simcom_async.virtual import VirtualModem

    name, _, query = url.removeprefix(_VIRTUAL).partition("?")
    options: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    seed = options.pop("seed", "0")
    if not (seed.isascii() and seed.isdecimal() and len(seed) <= 20):
        raise UsageError(f"seed: {seed!r} is no number", field="seed", value=seed, allowed="at most 20 digits")
    virtual = VirtualModem(name, clock=clock, seed=int(seed), **options)
    try:
        await virtual.start()
    except BaseException:
        await virtual.aclose()
        raise
    return virtual
