"""Bytes, tasks and the clock: the only place of the host that opens serial lines, sockets and terminals."""

from simcom_async.ports.clock import Clock, LoopClock, ManualClock, Timer
from simcom_async.ports.memory import MemoryPort, memory_line
from simcom_async.ports.open import open_url
from simcom_async.ports.owner import Owner
from simcom_async.ports.port import LOW_WATER, OUTGOING_BOUND, Lost, Port, Sink
from simcom_async.ports.pty import PtyPort
from simcom_async.ports.record import Entry, Recording, RecordingPort, read_recording
from simcom_async.ports.replay import ReplayPort
from simcom_async.ports.serial import SerialPort
from simcom_async.ports.sought import SoughtPort
from simcom_async.ports.tcp import TcpListener, TcpPort

__all__ = [
    "LOW_WATER",
    "OUTGOING_BOUND",
    "Clock",
    "Entry",
    "LoopClock",
    "Lost",
    "ManualClock",
    "MemoryPort",
    "Owner",
    "Port",
    "PtyPort",
    "Recording",
    "RecordingPort",
    "ReplayPort",
    "SerialPort",
    "Sink",
    "SoughtPort",
    "TcpListener",
    "TcpPort",
    "Timer",
    "memory_line",
    "open_url",
    "read_recording",
]
