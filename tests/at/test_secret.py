import pytest

from simcom_async.at.secret import raw_command, shows_secrets, takes_secrets
from simcom_async.commands.general import At
from simcom_async.commands.packet import AccessPoint
from simcom_async.commands.sim import PinEnter
from simcom_async.dialects import DIALECTS, SIM800, SIM7100

ALL = tuple(DIALECTS.values())


def test_what_takes_and_what_shows_a_secret():
    assert takes_secrets(PinEnter)
    assert not shows_secrets(PinEnter)
    assert takes_secrets(AccessPoint)
    assert not takes_secrets(At)
    assert shows_secrets(type(AccessPoint.query()))
    assert not shows_secrets(At)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('+CSTT="internet","u","pw-s3"', 'AT+CSTT="internet","u","*****"'),
        ('at+cstt = "internet","u","pw-s3"', 'AT+cstt = "internet","u","*****"'),
        ('+CSQ;+CSTT="internet","u","pw-s3";+CREG?', 'AT+CSQ;+CSTT="internet","u","*****";+CREG?'),
        ("+CPIN=1234", "AT+CPIN=****"),
        ('+SAPBR=3,1,"PWD","pw-s3"', 'AT+SAPBR=3,1,"PWD","*****"'),
        ('+SAPBR=3,1,"APN","internet"', 'AT+SAPBR=3,1,"APN","internet"'),
        ("+CSQ", "AT+CSQ"),
    ],
)
def test_a_typed_secret_is_concealed_where_it_stands(line, shown):
    assert raw_command(line, (SIM800, *ALL)).masked == shown


def test_a_command_of_another_series_is_understood_as_well():
    login = '+CFTPSLOGIN="ftp.example.com",21,"u","pw-s3",1'
    assert raw_command(login, (SIM800, SIM7100)).secrets == (b"pw-s3",)
    assert raw_command(login, (SIM800,)).masked == 'AT+CFTPSLOGIN="***************",21,***,"*****",1'


@pytest.mark.parametrize(
    "line",
    [
        '+CSTT="internet","u","pw-s3',
        '+CSTT="internet","u","' + "p" * 200 + 'pw-s3"',
        '+NOPE=1;+CSTT="internet","u","pw-s3"',
        '+CSTT="internet","u","pw-s3";+NOPE',
        '+NOPE=1;;AT+CSTT="internet","u","pw-s3"',
        '+NOPE=1;+CSTT = "internet","u","pw-s3"',
        "+CPIN=pw-s3",
    ],
)
def test_in_what_nobody_understands_everything_behind_the_name_is_concealed(line):
    shown = raw_command(line, (SIM800, *ALL)).masked
    assert "pw-s3" not in shown
    assert "internet" not in shown
    assert len(shown) == len(line) + 2


@pytest.mark.parametrize(
    ("line", "reveals"),
    [("+CSTT?", True), ("+CSQ;+CSTT?", True), ("+SAPBR=4,1", True), ("+CSTT?;+NOPE", True), ("+CSQ", False)],
)
def test_a_line_whose_reply_may_show_a_secret_says_so(line, reveals):
    assert raw_command(line, (SIM800, *ALL)).reveals is reveals
