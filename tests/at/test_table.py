"""Look-up by tag and by name."""

from simcom_async.at.command import Form
from simcom_async.at.setting import read_form
from tests.at import speech as s


def test_commands_by_name_and_form_in_any_case() -> None:
    table = s.SPEECH.table
    assert table.commands("+csq", Form.EXECUTE) == (s.Query,)
    assert table.commands("+READ", Form.WRITE) == (s.Read, s.Start)
    assert table.commands("+PORT", Form.READ) == (read_form(s.Port),)
    assert table.commands("+NONE", Form.READ) == ()
    assert set(table.forms("+PORT")) == {Form.WRITE, Form.READ, Form.TEST}
    assert table.forms("+NONE") == ()


def test_unsolicited_lines_by_tag_and_everything_that_is_declared() -> None:
    table = s.SPEECH.table
    assert [entry.declaration for entry in table.unsolicited[b"+SAPBR 3"]] == [s.Bearer]
    assert {entry.declaration for entry in table.unsolicited[b"+GET"]} == {s.Packet, s.Ended}
    assert b"+CSQ" not in table.unsolicited
    assert {s.Path, s.Said, s.Begin, s.Packet} <= set(table.messages)
