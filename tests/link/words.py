"""Declarations and events that the tests of the bus speak with."""

from simcom_async.at.codec import compiled
from simcom_async.at.event import LateReply, PayloadChunk, ReplyLine, TaggedUrc, UrcLine
from simcom_async.at.message import Line, Reply, Urc


class Topic(Urc):
    """A family-neutral topic."""


class Level(Topic):
    """A level of a tank."""

    wire = Line("+LEVEL")
    tank: int
    level: int


class Other(Urc):
    """Something else."""

    wire = Line("+OTHER")
    number: int


class State(Reply, Urc):
    """A line that answers a command and comes by itself, too."""

    wire = Line("+STATE")
    number: int


def line(kind, text):
    """The message as the demux hands it on."""
    entry = {b"+LEVEL": Level, b"+OTHER": Other, b"+STATE": State}[text.partition(b":")[0]]
    match = compiled(entry).match(text)
    assert match is not None
    return kind(text, 0, "declared", None, compiled(entry), match)


def level(tank, value=0):
    """An unsolicited level."""
    return line(UrcLine, b"+LEVEL: %d,%d" % (tank, value))


def other(number=0):
    """Another unsolicited line."""
    return line(UrcLine, b"+OTHER: %d" % number)


def late(number=0):
    """A late line."""
    return line(LateReply, b"+OTHER: %d" % number)


def reply(number=0):
    """A line inside a reply."""
    return line(ReplyLine, b"+STATE: %d" % number)


def chunk(data=b"x"):
    """A piece of a payload."""
    return PayloadChunk(data, 0, len(data), 0, None, None)


def tagged(text):
    """An unsolicited line of a tag that one declaration has, as the demux hands it on before anybody has looked."""
    entry = {b"+LEVEL": Level, b"+OTHER": Other}[text.partition(b":")[0]]
    return TaggedUrc(text, 0, compiled(entry))
