from simcom_async.virtual.entry import Entered, Entry


async def test_it_keeps_as_much_as_it_may() -> None:
    entry = Entry(5)
    entry.add(b"abc")
    entry.add(b"defg")
    entry.add(b"h")
    entry.end(cancelled=False)
    assert await entry.done == Entered(b"abcde")


async def test_it_ends_once() -> None:
    entry = Entry(None)
    entry.add(b"ab")
    entry.expire()
    entry.end(cancelled=True)
    assert await entry.done == Entered(b"ab", complete=False)


async def test_it_can_be_cancelled() -> None:
    entry = Entry(None)
    entry.end(cancelled=True)
    assert (await entry.done).cancelled
