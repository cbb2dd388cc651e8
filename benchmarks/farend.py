"""The far end of the benchmarks' serial lines: a process of its own, on the other core.

It answers every command line with OK, and does on demand: a bulk of bytes, single URCs that carry the time of their
writing, traffic paced at a baud rate.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import subprocess
import sys
import time
import tty
from pathlib import Path
from typing import ClassVar, Self

OK = b"\r\nOK\r\n"
URC = b"+BENCH: "
#: 115200 baud, 8N1.
BYTES_PER_SECOND = 11520
TRAFFIC = b'\r\n+CREG: 1,5\r\n\r\n+CMTI: "SM",12\r\n\r\n+HTTPACTION: 0,200,1024\r\n\r\nRING\r\n\r\n+FTPGET: 1,1\r\n'
#: Lines in TRAFFIC.
TRAFFIC_LINES = TRAFFIC.count(b"\n") // 2


class FarEnd:
    """The side of the parent: pseudo-terminals, whose masters the child serves; ``paths`` are ours to open."""

    core: ClassVar[int | None] = None

    def __init__(self, lines: int = 1) -> None:
        pairs = [os.openpty() for _ in range(lines)]
        masters = [master for master, _ in pairs]
        # Our copy of the other end stays open, or the master would see a hang-up before the first open.
        self._slaves = [slave for _, slave in pairs]
        for slave in self._slaves:
            tty.setraw(slave)
        self.paths = [os.ttyname(slave) for slave in self._slaves]
        self._control, theirs = socket.socketpair()
        self._control.settimeout(30)
        self._child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.farend", str(theirs.fileno()), *map(str, masters)],
            pass_fds=[theirs.fileno(), *masters],
            cwd=Path(__file__).parent.parent,
        )
        theirs.close()
        for master in masters:
            os.close(master)
        if self.core is not None:
            self._order({"pin": self.core})
            self.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._control.close()
        try:
            self._child.wait(5)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        for slave in self._slaves:
            os.close(slave)

    def bulk(self, count: int, line: int = 0) -> None:
        """Write ``count`` bytes, as fast as they are taken."""
        self._order({"bulk": count, "line": line})

    def drain(self, count: int, line: int = 0) -> None:
        """Read ``count`` bytes, as fast as they come."""
        self._order({"drain": count, "line": line})

    def urcs(self, count: int, gap: float, line: int = 0) -> None:
        """Write URCs, ``gap`` seconds apart; each carries the nanoseconds of time.perf_counter_ns at its writing."""
        self._order({"urcs": count, "gap": gap, "line": line})

    def pace(self, lines: list[int], size: int, seconds: float) -> None:
        """Write TRAFFIC on these lines, ``size`` bytes at a time, at 115200 baud."""
        self._order({"pace": lines, "size": size, "seconds": seconds})

    @staticmethod
    def paced_lines(seconds: float) -> int:
        """How many lines of text ``pace`` writes on each line in that time."""
        return _blocks(seconds) * TRAFFIC_LINES

    def wait(self) -> dict[str, float]:
        """Wait until the last order has been carried out, and give its figures."""
        answer = b""
        while not answer.endswith(b"\n"):
            part = self._control.recv(4096)
            if not part:
                raise RuntimeError("the far end has died")
            answer += part
        figures: dict[str, float] = json.loads(answer)
        return figures

    def _order(self, order: dict[str, object]) -> None:
        self._control.sendall(json.dumps(order).encode() + b"\n")


def _blocks(seconds: float) -> int:
    return int(seconds * BYTES_PER_SECOND) // len(TRAFFIC)


class _Child:
    """The side of the child."""

    def __init__(self, control: int, masters: list[int]) -> None:
        self.control = socket.socket(fileno=control)
        self.masters = masters
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.control, selectors.EVENT_READ)
        for master in masters:
            self.selector.register(master, selectors.EVENT_READ)

    def serve(self) -> None:
        """Answer and obey until the parent hangs up."""
        while True:
            ready = [key for key, _ in self.selector.select()]
            if any(key.fileobj is self.control for key in ready):
                # An order comes first: what is on a line behind it is its business.
                order = self.control.recv(1 << 16)
                if not order:
                    return
                figures = self.obey(json.loads(order))
                self.control.sendall(json.dumps(figures).encode() + b"\n")
                continue
            for key in ready:
                self.answer(key.fd)

    def answer(self, master: int) -> None:
        for _ in range(os.read(master, 4096).count(b"\r")):
            os.write(master, OK)

    def obey(self, order: dict[str, object]) -> dict[str, float]:
        match order:
            case {"pin": int(core)}:
                os.sched_setaffinity(0, {core})
            case {"bulk": int(count), "line": int(line)}:
                self.bulk(self.masters[line], count)
            case {"drain": int(count), "line": int(line)}:
                while count:
                    count -= len(os.read(self.masters[line], min(count, 1 << 16)))
            case {"urcs": int(count), "gap": float(gap), "line": int(line)}:
                for _ in range(count):
                    time.sleep(gap)
                    os.write(self.masters[line], b"\r\n%b%d\r\n" % (URC, time.perf_counter_ns()))
            case {"pace": list(lines), "size": int(size), "seconds": float(seconds)}:
                return self.pace([self.masters[line] for line in lines], size, seconds)
            case _:
                raise ValueError(f"unknown order {order}")
        return {}

    def bulk(self, master: int, count: int) -> None:
        block = memoryview(bytes(1 << 16))
        while count:
            count -= os.write(master, block[: min(count, len(block))])

    def pace(self, masters: list[int], size: int, seconds: float) -> dict[str, float]:
        """Give every line its share of the time that has passed; what a line does not take is dropped and counted."""
        for master in masters:
            os.set_blocking(master, False)
        stream = TRAFFIC * _blocks(seconds)
        total = len(stream)
        written, dropped = 0, 0
        start = time.perf_counter()
        while written < total:
            part = stream[written : written + size]
            for master in masters:
                try:
                    dropped += len(part) - os.write(master, part)
                except BlockingIOError:
                    dropped += len(part)
            written += len(part)
            ahead = written / BYTES_PER_SECOND - (time.perf_counter() - start)
            if ahead > 0:
                time.sleep(ahead)
        took = time.perf_counter() - start
        for master in masters:
            os.set_blocking(master, True)
        return {"dropped": dropped, "seconds": took, "pace": total / BYTES_PER_SECOND / took}


if __name__ == "__main__":
    _Child(int(sys.argv[1]), [int(master) for master in sys.argv[2:]]).serve()
