from simcom_async.ports.clock import ManualClock
from simcom_async.virtual.guard import Guard


async def test_it_calls_when_the_time_is_over_and_begins_anew_each_time() -> None:
    clock = ManualClock()
    calls: list[float] = []
    guard = Guard(clock, lambda: 50, lambda: calls.append(clock.time()))
    guard.watch()
    await clock.run(0.9)
    guard.watch()
    await clock.run(0.9)
    assert calls == []
    await clock.run(0.2)
    assert calls == [1.9]
    guard.watch()
    guard.cancel()
    guard.cancel()
    await clock.run(5)
    assert calls == [1.9]
