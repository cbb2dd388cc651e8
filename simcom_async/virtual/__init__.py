"""The module's side in software: answers on the wire as a module does, and really does what it is told."""

from simcom_async.virtual.answers import answers
from simcom_async.virtual.modem import VirtualModem
from simcom_async.virtual.options import Options

__all__ = ["Options", "VirtualModem", "answers"]
