"""Blocking calls in threads of their own."""

import asyncio
import logging
import threading

import pytest

from simcom_async.ports.worker import call_in_thread, start_in_thread

pytestmark = pytest.mark.usefixtures("no_errors")


@pytest.fixture
def gate():
    """Holds a call up until it is opened; always opened at the end."""
    gate = threading.Event()
    yield gate
    gate.set()


@pytest.fixture
def given_back():
    """Where late results go, what came there (and whether in a thread), and an event that says so."""
    results, came = [], threading.Event()

    def late(result):
        results.append((result, threading.current_thread() is not threading.main_thread()))
        came.set()

    return late, results, came


async def test_the_result_comes_from_a_daemon_thread():
    thread = await call_in_thread(threading.current_thread, limit=60, name="somebody")
    assert thread.name == "somebody"
    assert thread.daemon


async def test_the_error_of_a_call():
    with pytest.raises(KeyError):
        await call_in_thread(lambda: {}["x"], limit=60, name="test")


async def test_the_loop_goes_on_meanwhile(gate):
    call = asyncio.ensure_future(call_in_thread(gate.wait, limit=60, name="test"))
    await asyncio.sleep(0)
    gate.set()
    assert await call is True


async def test_a_call_that_takes_too_long(gate):
    with pytest.raises(TimeoutError):
        await call_in_thread(gate.wait, limit=0, name="test")


async def test_a_cancelled_call_gives_its_result_back(gate, given_back):
    late, results, came = given_back
    call = start_in_thread(gate.wait, name="test", late=late)
    call.cancel()
    gate.set()
    await call_in_thread(came.wait, limit=60, name="watcher")
    assert results == [(True, True)]


async def test_a_late_result_that_nobody_wants(gate):
    future = start_in_thread(gate.wait, name="test")
    future.cancel()
    gate.set()
    await start_in_thread(lambda: None, name="later")
    assert future.cancelled()


async def test_a_late_error_is_logged(gate, caplog):
    def fail():
        gate.wait()
        raise OSError("dead adapter")

    caplog.set_level(logging.DEBUG, "simcom_async.ports.worker")
    future = start_in_thread(fail, name="open", late=pytest.fail)
    future.cancel()
    gate.set()
    while "open failed after nobody waited: OSError('dead adapter')" not in caplog.text:  # noqa: ASYNC110
        await asyncio.sleep(0)


def test_a_result_behind_the_end_of_the_loop_is_given_back(gate, given_back):
    late, results, came = given_back

    async def main():
        start_in_thread(gate.wait, name="test", late=late)

    asyncio.run(main())
    gate.set()
    assert came.wait(60)
    assert results == [(True, True)]
