"""The pyftpdlib side of FtpSite: its event loop inside ours, its conversations, its transfers."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import sys
import warnings
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from simcom_async.sites.ftp_policy import FtpCommand, FtpFault, FtpPolicy
from simcom_async.sites.route import ServerFault
from simcom_async.sites.site import LINGER_NONE

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.11 says so of asyncore, which it is built on
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import DTPHandler, FTPHandler
    from pyftpdlib.ioloop import AsyncChat, IOLoop
    from pyftpdlib.servers import FTPServer

__all__ = ["FtpListener"]

GARBAGE = b"\x00\xffthis is no FTP\r\n" * 4
BLOCK = 65_536
"""Bytes that a data connection moves at a time."""

ABORTED = "426 Connection closed; transfer aborted."
_CODE = re.compile(r"[0-9]{3}")
EVERYTHING = "elradfmwMT"
"""Every right that pyftpdlib knows."""

logging.getLogger("pyftpdlib").addHandler(logging.NullHandler())  # or it would set up logging by itself


class FtpListener:
    """A pyftpdlib server on the running asyncio loop: its poller is one descriptor more that the loop watches."""

    def __init__(self, policy: FtpPolicy, root: Path, conversation: type[Conversation] | None = None) -> None:
        self.policy = policy
        self._conversation = conversation or Conversation
        self.failure: BaseException | None = None
        self.hanging: list[Callable[[], None]] = []
        self.ends: set[Transfer | Conversation] = set()
        self._root = root
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def start(self, host: str, port: int) -> int:
        """Listen; the port it got."""
        self._loop = asyncio.get_running_loop()
        self._poller = IOLoop()
        body = {"listener": self, "authorizer": self._authorizer()}
        server = FTPServer((host, port), type("Conversation", (self._conversation,), body), ioloop=self._poller)
        self._loop.add_reader(self._poller.fileno(), self._turn)
        got: int = server.address[1]
        return got

    async def aclose(self) -> None:
        """End every connection. Raises the first failure of the server itself."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._poller.fileno())
        for end in list(self.ends):  # also those that wait, which the poller does not know then
            end.drop()
        self._poller.close()
        if self.failure is not None:
            raise self.failure

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do some work of one transfer."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            self.failure = self.failure or task.exception()

    def _turn(self) -> None:
        """One turn of pyftpdlib's loop; it says when its next timer is due."""
        if self._timer is not None:
            self._timer.cancel()
        due = self._poller.loop(0, blocking=False)
        self._timer = None if due is None else self._loop.call_later(due, self._turn)

    def _authorizer(self) -> DummyAuthorizer:
        authorizer = DummyAuthorizer()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # an anonymous user may write here
            for name, password in self.policy.users.items():
                authorizer.add_user(name, password, str(self._root), perm=EVERYTHING)
        return authorizer


class Transfer(DTPHandler):  # type: ignore[misc] # pyftpdlib has no types
    """A data connection: every byte passes the gate, or a fault strikes."""

    ac_in_buffer_size: int = BLOCK

    def __init__(self, sock: socket.socket, cmd_channel: Conversation) -> None:
        self._granted = 0
        self._asking: asyncio.Task[None] | None = None
        cmd_channel.listener.ends.add(self)
        super().__init__(sock, cmd_channel)

    def close(self) -> None:
        """End it; who waits before the gate goes away."""
        self.cmd_channel.listener.ends.discard(self)
        if self._asking is not None:
            self._asking.cancel()
        super().close()

    def send(self, data: bytes) -> int:
        """Send as much as may pass."""
        allowed = self._allowed(len(data))
        sent: int = super().send(data[:allowed]) if allowed else 0
        self.moved(sent)
        return sent

    def handle_read(self) -> None:
        """Receive as much as may pass."""
        waiting = self.waiting()
        if waiting is None:
            return
        if not waiting:
            super().handle_read()
            return
        self.ac_in_buffer_size = self._allowed(waiting)
        if self.ac_in_buffer_size:
            before = self.tot_bytes_received
            super().handle_read()
            self.moved(self.tot_bytes_received - before)
        self.ac_in_buffer_size = BLOCK

    def handle_read_event(self) -> None:
        """The poller has seen something to read."""
        self.handle_read()

    def waiting(self) -> int | None:
        """How many bytes can be received at once: 0 at the end, None: not yet."""
        try:
            return len(self.socket.recv(BLOCK, socket.MSG_PEEK))
        except BlockingIOError:
            return None
        except OSError:
            return 0  # who reads meets the same error, and knows what to do

    @property
    def asking(self) -> bool:
        """Whether it waits before the gate."""
        return self._asking is not None

    def moved(self, count: int) -> None:
        """Bytes have moved."""
        self._granted -= count
        self.cmd_channel.command.moved += count
        self.cmd_channel.listener.policy.log.notify()

    def _allowed(self, wanted: int) -> int:
        """How many bytes may move now; none: it has asked, and will be called again."""
        if not self._granted:
            self.del_channel()
            self._asking = self.cmd_channel.listener.spawn(self._ask(wanted))
        return min(wanted, self._granted)

    async def _ask(self, wanted: int) -> None:
        fault: FtpFault | None = self.cmd_channel.fault
        if fault is not None and fault.after is not None:
            wanted = min(wanted, fault.after - self.get_transmitted_bytes())
            if wanted <= 0:
                self._strike(fault)
                return
        self._granted = await self.cmd_channel.listener.policy.passage(wanted)
        self._asking = None
        self.resumed()

    def resumed(self) -> None:
        """It may go on."""
        self.add_channel(events=self.ioloop.READ if self.receive else self.ioloop.WRITE)

    def drop(self) -> None:
        """End it at once."""
        self._error = True  # with TLS: without a good-bye, which may take its time
        self.close()

    def _strike(self, fault: FtpFault) -> None:
        self._asking = None
        if fault.fault is ServerFault.HANG:
            return
        if fault.fault is ServerFault.RESET:
            conversation = self.cmd_channel
            for end in (self, conversation):
                end.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
            self.drop()
            conversation.drop()
            return
        self._resp = (fault.reply or ABORTED, logging.getLogger("pyftpdlib").debug)
        self.close()


class Conversation(FTPHandler):  # type: ignore[misc] # pyftpdlib has no types
    """A control connection: every command is noted, and perhaps met by a fault."""

    listener: FtpListener
    dtp_handler = Transfer
    banner = "ready"
    auth_failed_timeout = 0
    use_sendfile = False  # its bytes would bypass the gate
    unicode_errors = "surrogateescape"

    def handle(self) -> None:
        """Greet."""
        self.listener.ends.add(self)
        self.fault: FtpFault | None = None
        log = self.listener.policy.log
        log.connections += 1
        self.number = log.connections
        self.command = FtpCommand(self.number, "")
        fault = self.listener.policy.fault_at("", "")
        if fault is None:
            super().handle()
        else:
            self._misbehave(fault, super().handle)
        log.notify()

    def close(self) -> None:
        """End it."""
        self.listener.ends.discard(self)
        super().close()

    def drop(self) -> None:
        """End it at once."""
        self._error = True  # with TLS: without a good-bye, which may take its time
        self.close()

    def pre_process_command(self, line: str, cmd: str, arg: str) -> None:
        """Note it, and carry it out unless a fault strikes."""
        policy = self.listener.policy
        self.command = policy.log.add(FtpCommand(self.number, cmd, "*" * len(arg) if cmd == "PASS" else arg))
        fault = policy.fault_at(cmd, arg)
        if fault is not None and fault.after is None:
            self._misbehave(fault, lambda: self._carry_out(line, cmd, arg))
            return
        if fault is not None:
            self.fault = fault
        elif cmd in ("RETR", "LIST", "STOR", "APPE", "STOU"):
            self.fault = None
        self._carry_out(line, cmd, arg)

    def _carry_out(self, line: str, cmd: str, arg: str) -> None:
        super().pre_process_command(line, cmd, arg)

    def respond(self, resp: str, *args: Any, **kwargs: Any) -> None:
        """Send a reply, and note its code."""
        super().respond(resp, *args, **kwargs)
        self.command.code = int(resp[:3]) if _CODE.match(resp) else None  # a fault may say anything
        self.listener.policy.log.notify()

    def push(self, data: str) -> None:
        """Send text: names that are no UTF-8 come back with the bytes that they have."""
        AsyncChat.push(self, data.encode("utf-8", "surrogateescape"))

    def ftp_PASV(self, line: str) -> None:
        """Say where data connections go."""
        self.masquerade_address = self.listener.policy.address
        super().ftp_PASV(line)

    def ftp_LIST(self, path: str) -> str | None:
        """Send a listing: the one that was given, or the real one."""
        listing = self.listener.policy.listings.get(self.fs.fs2ftp(path))
        if listing is None:
            listed: str | None = super().ftp_LIST(path)
            return listed
        self.push_dtp_data(listing, cmd="LIST")
        return path

    def log_transfer(self, *args: Any, completed: bool, **kwargs: Any) -> None:
        """Note how a transfer ended."""
        self.command.complete = completed
        self.listener.policy.log.notify()

    def log_exception(self, instance: object) -> None:
        """Keep what went wrong in the server itself."""
        self.listener.failure = self.listener.failure or sys.exc_info()[1]

    def _resume(self, go_on: Callable[[], None]) -> None:
        if self in self.listener.ends:  # else the peer has gone meanwhile
            go_on()

    def _misbehave(self, fault: FtpFault, go_on: Callable[[], None]) -> None:
        if fault.reply is not None:
            self.respond(fault.reply)
        match fault.fault:
            case None:
                return
            case ServerFault.HANG:
                self.listener.hanging.append(lambda: self._resume(go_on))
                return
            case ServerFault.RESET:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
            case ServerFault.GARBAGE:
                self.send(GARBAGE)
            case ServerFault.CLOSE:
                pass
        self.close()
