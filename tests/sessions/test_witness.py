import pytest

from simcom_async.errors import CommandFailed, CommandTimeout, ProtocolError, UsageError
from simcom_async.modem import Modem
from simcom_async.sessions.witness import witnessed


class Spy:
    """What a link is to the sessions here: it hears of errors."""

    def __init__(self):
        self.heard = []

    def attest(self, error):
        self.heard.append(error)


class Holder:
    """Something that holds a link."""

    def __init__(self):
        self.line = Spy()


@witnessed("_holder.line")
class Session:
    """A session."""

    def __init__(self):
        self._holder = Holder()
        self.error = None

    async def verb(self, number, *, word="none"):
        """Does it."""
        await self._step()
        return number, word

    async def again(self):
        """Is made of another verb."""
        return await self.verb(1)

    async def _step(self):
        if self.error is not None:
            raise self.error

    async def __aenter__(self):
        await self._step()
        return self

    async def __aexit__(self, *_):
        await self._step()

    def __aiter__(self):
        return self

    async def __anext__(self):
        await self._step()
        raise StopAsyncIteration

    @property
    def heard(self):
        """What the link has heard."""
        return self._holder.line.heard


async def test_a_verb_is_what_it_was():
    session = Session()
    assert await session.verb(2, word="two") == (2, "two")
    assert Session.verb.__doc__ == "Does it."
    assert Session.verb.__name__ == "verb"
    assert [found async for found in session] == []
    assert session.heard == []


@pytest.mark.parametrize("kind", [ProtocolError, CommandTimeout, CommandFailed, UsageError])
async def test_errors_of_ours_pass_by_the_link(kind):
    session = Session()
    session.error = kind("it went wrong")
    for call in (session.verb(1), session.__aenter__(), session.__aexit__(None, None, None), session.__anext__()):
        session.heard.clear()
        with pytest.raises(kind):
            await call
        assert session.heard == [session.error]


async def test_errors_of_others_do_not():
    session = Session()
    session.error = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        await session.again()
    assert session.heard == []


async def test_steps_inside_are_left_alone():
    session = Session()
    session.error = ProtocolError("it went wrong")
    with pytest.raises(ProtocolError):
        await session._step()
    assert session.heard == []


def test_a_modem_is_witnessed():
    assert all(hasattr(member, "__wrapped__") for member in (Modem.at, Modem.send, Modem.wait_for, Modem.open))
    assert not hasattr(Modem.on, "__wrapped__")
