"""Which completions are still to come, and which lines are theirs."""

from simcom_async.at.due import DueCompletions, late
from simcom_async.at.event import LateReply, Noise, UrcLine
from simcom_async.at.exchange import Exchange, Input, State
from simcom_async.commands.email_pop3 import EmailPop3Count, EmailPop3Ended, EmailPop3Logout, EmailPop3OutCode
from tests.at import speech as s


def _awaiting(command: object) -> Exchange:
    exchange = Exchange(command)  # type: ignore[arg-type]
    exchange.written()
    exchange.take(Input.OK)
    return exchange


def test_a_completion_ends_its_command_and_is_awaited_no_more() -> None:
    due, exchange = DueCompletions(), _awaiting(s.Push(path="a"))
    due.add(exchange)
    assert due.tags == {b"+GET"}
    found = due.classify(b"+GET: 0", b"+GET", 0)
    assert found is not None
    event, owner = found
    assert (type(event), event.rule, owner) == (UrcLine, "completion", exchange)
    assert exchange.state is State.DONE
    assert (due.exchanges, due.tags) == ((), frozenset())


def test_packets_belong_to_the_work_and_end_nothing() -> None:
    due, exchange = DueCompletions(), _awaiting(s.Push(path="a"))
    due.add(exchange)
    found = due.classify(b"+GET: DATA,5", b"+GET", 0)
    assert found is not None
    assert (found[0].rule, found[1]) == ("packet", exchange)
    assert exchange.state is State.AWAITING
    wrong = due.classify(b"+GET: DATA,99999", b"+GET", 0)
    assert wrong is not None
    assert isinstance(wrong[0], Noise)
    assert wrong[1] is None


def test_values_that_do_not_end_it_are_not_its_own() -> None:
    due, exchange = DueCompletions(), _awaiting(s.Start(mode=1))
    due.add(exchange)
    assert due.classify(b"+READ: 1,1", b"+READ", 0) is None
    assert due.classify(b"+OTHER: 1", b"+OTHER", 0) is None
    assert exchange.state is State.AWAITING


def test_the_oldest_is_served_first_and_late_where_it_was_given_up() -> None:
    due = DueCompletions()
    first, second = _awaiting(s.Push(path="a")), _awaiting(s.Push(path="b"))
    due.add(first)
    due.add(second)
    first.given_up = True
    found = due.classify(b"+GET: 0", b"+GET", 3)
    assert found is not None
    assert (type(found[0]), found[0].rule, found[0].start) == (LateReply, "late-completion", 3)
    assert due.exchanges == (second,)


def test_silence_ends_what_may_stay_away_and_nothing_else() -> None:
    due = DueCompletions()
    maybe, sure = _awaiting(s.Maybe()), _awaiting(s.Push(path="a"))
    due.add(maybe)
    due.add(sure)
    assert due.optional
    due.quiet()
    assert (maybe.state, sure.state) == (State.DONE, State.AWAITING)
    assert due.exchanges == (sure,)
    assert not due.optional


def test_what_failed_or_was_removed_is_not_awaited() -> None:
    due, exchange = DueCompletions(), Exchange(s.Push(path="a"))
    exchange.written()
    due.add(exchange)
    due.failed(exchange)
    assert due.exchanges == (exchange,)
    exchange.take(Input.ERROR)
    due.failed(exchange)
    due.remove(exchange)
    assert due.exchanges == ()
    due.add(_awaiting(s.Maybe()))
    due.clear()
    assert (due.exchanges, due.tags) == ((), frozenset())


def test_a_late_line_keeps_what_it_was() -> None:
    found = late(UrcLine(b"+X: 1", 9, "completion"), "late-completion")
    assert (found.text, found.start, found.rule, found.kind) == (b"+X: 1", 9, "late-completion", "late")


def _asking() -> tuple[Exchange, Exchange]:
    """A question to a mailbox, and behind it the logout."""
    return _awaiting(EmailPop3Count()), _awaiting(EmailPop3Logout())


def test_a_shared_ending_ends_all_that_wait_for_it() -> None:
    due = DueCompletions()
    question, logout = _asking()
    due.add(question)
    due.add(logout)
    found = due.classify(b"+POP3OUT: 64", b"+POP3OUT", 0)
    assert found is not None
    assert (type(found[0]), found[0].rule, found[1]) == (UrcLine, "completion", question)
    assert (question.state, logout.state, due.exchanges) == (State.DONE, State.DONE, ())
    assert question.answer() == logout.answer() == EmailPop3Ended(code=EmailPop3OutCode.TIMEOUT)


def test_a_shared_ending_is_not_late_for_whoever_still_waits() -> None:
    due = DueCompletions()
    question, logout = _asking()
    due.add(question)
    due.add(logout)
    question.given_up = True
    found = due.classify(b"+POP3OUT: 1", b"+POP3OUT", 0)
    assert found is not None
    assert (type(found[0]), found[0].command, found[1]) == (UrcLine, logout.command, logout)
    assert due.exchanges == ()


def test_a_shared_ending_leaves_alone_what_waits_for_something_else() -> None:
    due = DueCompletions()
    question, logout = _asking()
    other = _awaiting(s.Push(path="a"))
    for exchange in (question, other, logout):
        due.add(exchange)
    due.classify(b"+POP3NUM: 1,2,11124", b"+POP3NUM", 0)
    assert due.exchanges == (other, logout)
    due.classify(b"+POP3OUT: 1", b"+POP3OUT", 0)
    assert due.exchanges == (other,)
