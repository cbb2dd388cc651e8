"""What other people's AT clients demand, number by number.

Demands 14 (FTP's last bytes) and 16 (arguments of later firmware) are held by the tests of FTP and FTPS and by
tests/at/test_client_demands.py, too.
"""

from __future__ import annotations

import os
import termios
import tty

import pytest

from simcom_async.ports.clock import ManualClock
from simcom_async.ports.port import Port
from simcom_async.ports.serial import SerialPort
from simcom_async.ports.tcp import TcpPort
from simcom_async.sites import HttpSite, LoopbackCA, RawSite, Route
from simcom_async.virtual import VirtualModem
from tests.virtual.chttp_host import HOST, module
from tests.virtual.client import Client, until
from tests.virtual.conftest import Start, attach
from tests.virtual.email_host import outgoing

OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"
BEARER = (b'AT+SAPBR=3,1,"Contype","GPRS"', b'AT+SAPBR=3,1,"APN","CMNET"', b"AT+SAPBR=1,1")

#: The base set: a command line, and the lines of its answer (None: whatever they are).
BASE_SET: list[tuple[bytes, bytes | None]] = [
    (b"AT", b""),
    (b"ATE0", b""),
    (b"ATV1", b""),
    (b"ATQ0", b""),
    (b"ATZ;E0", b""),
    (b"AT&F;E0", b""),
    (b"AT&W", b""),
    (b"AT&C1", b""),
    (b"AT&D2", b""),
    (b"ATS0=0", b""),
    (b"ATS7=45", b""),
    (b"ATS7?", b"\r\n045\r\n"),
    (b"ATS0?", b"\r\n000\r\n"),
    (b"ATX4", b""),
    (b"ATI", b"\r\nSIM800 R14.18\r\n"),
    (b"ATH", b""),
    (b"AT+CMEE=0", b""),
    (b"AT+CMEE?", b"\r\n+CMEE: 0\r\n"),
    (b"AT+CMEE=?", b"\r\n+CMEE: (0-2)\r\n"),
    (b"AT+CGMI", b"\r\nSIMCOM_Ltd\r\n"),
    (b"AT+CGMM", b"\r\nSIMCOM_SIM800\r\n"),
    (b"AT+CGMR", b"\r\nRevision:1308B08SIM800M32\r\n"),
    (b"AT+CGSN", b"\r\n869951030000008\r\n"),
    (b"AT+GSN", b"\r\n869951030000008\r\n"),
    (b"AT+GMM", b"\r\nSIMCOM_SIM800\r\n"),
    (b"AT+GMI", b"\r\nSIMCOM_Ltd\r\n"),
    (b"AT+GMR", b"\r\nRevision:1308B08SIM800M32\r\n"),
    (b"AT+CIMI", b"\r\n001010000000001\r\n"),
    (b"AT+CCID", b"\r\n89860011200000000004\r\n"),
    (b"AT+CPIN?", b"\r\n+CPIN: READY\r\n"),
    (b"AT+CREG?", b"\r\n+CREG: 0,1\r\n"),
    (b"AT+CREG=1;+CREG?", b"\r\n+CREG: 1,1\r\n"),
    (b"AT+CREG=2;+CREG?", b'\r\n+CREG: 2,1,"1A2B","00C3"\r\n'),
    (b"AT+CGREG?", b"\r\n+CGREG: 0,1\r\n"),
    (b"AT+CGREG=2;+CGREG?", b'\r\n+CGREG: 2,1,"1A2B","00C3"\r\n'),
    (b"AT+CEREG=2;+CEREG?", b'\r\n+CEREG: 2,1,"1A2B","00C3"\r\n'),
    (b"AT+CSQ", b"\r\n+CSQ: 21,0\r\n"),
    (b"AT+COPS=3,0;+COPS?", b'\r\n+COPS: 0,0,"Loopback"\r\n'),
    (b"AT+COPS=3,2;+COPS?", b'\r\n+COPS: 0,2,"00101"\r\n'),
    (b"AT+CFUN?", b"\r\n+CFUN: 1\r\n"),
    (b"AT+CFUN=1", b""),
    (b"AT+CBC", b"\r\n+CBC: 0,96,4110\r\n"),
    (b"AT+CGATT?", b"\r\n+CGATT: 1\r\n"),
    (b"AT+CGATT=1", b""),
    (b'AT+CGDCONT=1,"IP","internet"', b""),
    (b"AT+CGDCONT?", b'\r\n+CGDCONT: 1,"IP","internet","0.0.0.0",0,0\r\n'),
    (b"AT+CGACT=1,1", b""),
    (b"AT+CGACT?", b"\r\n+CGACT: 1,1\r\n+CGACT: 2,0\r\n+CGACT: 3,0\r\n"),
    (b'AT+CSCS="GSM"', b""),
    (b"AT+CSCS?", b'\r\n+CSCS: "GSM"\r\n'),
    (b"AT+CMGF=1", b""),
    (b"AT+CMGF?", b"\r\n+CMGF: 1\r\n"),
    (b'AT+CPMS="SM","SM","SM"', b"\r\n+CPMS: 0,40,0,40,0,40\r\n"),
    (b"AT+CPMS?", b'\r\n+CPMS: "SM",0,40,"SM",0,40,"SM",0,40\r\n'),
    (b"AT+CNMI=2,1,0,0,0", b""),
    (b"AT+CNMI?", b"\r\n+CNMI: 2,1,0,0,0\r\n"),
    (b"AT+CSMP=17,167,0,0", b""),
    (b"AT+CSMS=0", b"\r\n+CSMS: 1,1,1\r\n"),
    (b"AT+CSMS?", b"\r\n+CSMS: 0,1,1,1\r\n"),
    (b'AT+CSCA="+8613800100500",145', b""),
    (b'AT+CMGL="ALL"', b""),
    (b"AT+CMGL=4", b""),
    (b"AT+CMGD=1,4", b""),
    (b"AT+CLIP=1", b""),
    (b"AT+CLIP?", b"\r\n+CLIP: 1,1\r\n"),
    (b"AT+CRC=1", b""),
    (b"AT+CVHU=0", b""),
    (b"AT+CLTS=1", b""),
    (b"AT+CTZU=1", b""),
    (b"AT+CTZR=1", b""),
    (b"AT+CCLK?", None),
    (b"AT+GCAP", b"\r\n+GCAP: +CGSM\r\n"),
    (b"AT+CSPN?", b'\r\n+CSPN: "Loopback",0\r\n'),
    (b"AT+IFC=0,0", b""),
    (b"AT+IPR=115200", b""),
    (b"AT+ICF=3,3", b""),
]


@pytest.mark.parametrize("ending", [b"\r", b"\r\n", b"\n"])
@pytest.mark.parametrize("bytewise", [True, False])
async def test_demand_1_three_line_ends(virtual: VirtualModem, ending: bytes, bytewise: bool) -> None:
    client = await attach(virtual, echo=True)
    write = client.type if bytewise else client.send
    echoed = b"\n" if ending == b"\n" else b"\r"
    for line in (b"AT", b"AT+CSQ;+CSQ"):
        write(line + ending)
        answer = b"" if line == b"AT" else b"\r\n+CSQ: 21,0\r\n\r\n+CSQ: 21,0\r\n"
        await client.hear(line + echoed + answer + OK)
    await client.silent()


@pytest.mark.parametrize("bytewise", [True, False])
async def test_demand_1_the_line_feed_behind_the_command_is_no_payload(client: Client, bytewise: bool) -> None:
    write = client.type if bytewise else client.send
    write(b"AT+HTTPINIT\r\n")
    await client.hear(OK)
    write(b"AT+HTTPDATA=5,10000\r\n")
    await client.hear(b"\r\nDOWNLOAD\r\n")
    write(b"hello")
    await client.hear(OK)
    await client.ask(b"AT+HTTPREAD", b"\r\n+HTTPREAD: 5\r\nhello" + OK)


@pytest.mark.parametrize(
    "noise", [b"\x1b", b"\r\n\r\n", b"+++", b"debug: nothing to see here\r\n", b"\x1b\r\r+++", b"hello", b"\n\n"]
)
async def test_demand_2_what_stands_before_at_gets_no_answer(client: Client, noise: bytes) -> None:
    client.send(noise)
    await client.silent()
    await client.ask(b"AT+CSQ", b"\r\n+CSQ: 21,0\r\n" + OK)
    await client.silent()


@pytest.mark.parametrize(
    "line",
    [
        b'AT + SAPBR=3,1,"APN","x y"',
        b"AT S7=45 S0=0 L1 V1 X4 &c1 E0 Q0",
        b'AT+SAPBR = 3 , 1 , "APN" , "internet"',
    ],
)
async def test_demand_3_blanks_outside_quotes(client: Client, line: bytes) -> None:
    await client.ok(line)


async def test_demand_3_blanks_inside_quotes_are_kept(client: Client) -> None:
    await client.ok(b'AT + SAPBR=3,1,"APN","x y"')
    client.send(b"AT+SAPBR=4,1\r")
    assert b"APN: x y\r\n" in await client.hear_until(OK)


async def test_demand_3_a_blank_before_the_plus_sign(client: Client) -> None:
    await client.error(b"AT +HTTPACTION=0")
    await client.ok(*BEARER, b"AT +HTTPINIT")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"AT+CMEE=1;+CREG=2", b""),
        (b"AT+CLTS=1;&W", b""),
        (b"ATQ0 V1 E0 S0=0 &C1 &D2 +FCLASS=0", b""),
        (b"AT&FZE0&W", b""),
        (b"AT+CIPSHUT;+CSTT;+CIICR;E0", b""),
    ],
)
async def test_demand_4_concatenation(client: Client, line: bytes, answer: bytes) -> None:
    await client.ask(line, answer + OK)


async def test_demand_4_a_command_without_a_result_of_its_own(client: Client) -> None:
    await client.ok(b'AT+CSTT="internet"', b"AT+CIICR")
    await client.ask(b"AT+CIFSR;E0", b"\r\n10.81.0.1\r\n" + OK)
    await client.ask(b"AT+CIFSR", b"\r\n10.81.0.1\r\n")
    await client.silent()


async def test_demand_4_nothing_runs_behind_the_first_error(client: Client) -> None:
    await client.ask(b"AT+CREG=2;+NOSUCH;+CREG=1", ERROR)
    await client.ask(b"AT+CREG?", b'\r\n+CREG: 2,1,"1A2B","00C3"\r\n' + OK)


@pytest.mark.parametrize("tag", [b"CONTYPE", b"Contype", b"contype"])
async def test_demand_5_the_case_of_tags(client: Client, tag: bytes) -> None:
    await client.ok(b'AT+SAPBR=3,1,"' + tag + b'","GPRS"', b'at+sapbr=3,1,"Apn","internet"')


@pytest.mark.parametrize("line", [b"at", b"At", b"at+csq;+creg=1", b"AT+HttpInit"])
async def test_demand_5_lower_case_commands(client: Client, line: bytes) -> None:
    client.send(line + b"\r")
    assert (await client.hear_until(OK)).endswith(OK)


async def test_demand_6_echo_is_on_by_default_and_comes_before_any_answer(virtual: VirtualModem) -> None:
    client = await attach(virtual, echo=True)
    for byte in b"AT+CSQ":
        client.send(bytes([byte]))
        await client.hear(bytes([byte]))
    client.send(b"\r")
    await client.hear(b"\r\r\n+CSQ: 21,0\r\n" + OK)
    client.send(b"ATE0\r")
    await client.hear(b"ATE0\r" + OK)
    await client.ok(b"AT")


@pytest.mark.parametrize(
    ("line", "wire"),
    [
        (b"AT", ERROR),
        (b"AT+CMEE=1", b"\r\n+CME ERROR: 10\r\n"),
        (b"AT+CMEE=2", b"\r\n+CME ERROR: SIM not inserted\r\n"),
    ],
)
async def test_demand_6_errors_as_cmee_says(virtual: VirtualModem, client: Client, line: bytes, wire: bytes) -> None:
    virtual.remove_sim()
    await client.hear(b"\r\n+CPIN: NOT INSERTED\r\n")
    await client.ok(line)
    await client.ask(b"AT+CPIN?", wire)


async def test_demand_7_the_shape_of_lines_and_of_counted_data(start: Start) -> None:
    async with HttpSite([Route(body=b"OK\r\n\x00\xff")]) as site:
        virtual = await start(hosts={"example.com": f"127.0.0.1:{site.port}"})
        client = await attach(virtual)
        await client.ask(b"AT+CSQ", b"\r\n+CSQ: 21,0\r\n\r\nOK\r\n")
        await client.ok(*BEARER, b"AT+HTTPINIT", b'AT+HTTPPARA="CID",1', b'AT+HTTPPARA="URL","example.com"')
        await client.ok(b"AT+HTTPACTION=0")
        await client.hear(b"\r\n+HTTPACTION: 0,200,6\r\n")
        await client.ask(b"AT+HTTPREAD", b"\r\n+HTTPREAD: 6\r\nOK\r\n\x00\xff\r\nOK\r\n")
        await client.silent()


async def test_demand_8_the_delay_of_a_result_is_configurable(clock: ManualClock, start: Start) -> None:
    virtual = await start(urc_delay=1.5, clock=clock)
    client = await attach(virtual)
    await client.ok(b"AT+HTTPINIT", b'AT+HTTPPARA="CID",1', b'AT+HTTPPARA="URL","example.com"', b"AT+HTTPACTION=0")
    await clock.run(1.4)
    await client.silent()
    await clock.run(0.2)
    await client.hear(b"\r\n+HTTPACTION: 0,601,0\r\n")


async def test_demand_9_init_twice_and_term_without_init_are_errors(client: Client) -> None:
    await client.error(b"AT+HTTPTERM")
    await client.ok(b"AT+HTTPINIT")
    await client.error(b"AT+HTTPINIT")
    await client.ok(b'AT+HTTPPARA="CID",1', b"AT+HTTPTERM")
    await client.error(b"AT+HTTPTERM")
    await client.ok(b"AT+HTTPINIT")


async def test_demand_10_the_states_of_a_bearer(client: Client) -> None:
    await client.ask(b"AT+SAPBR=2,1", b'\r\n+SAPBR: 1,3,"0.0.0.0"\r\n' + OK)
    await client.ok(*BEARER)
    client.send(b"AT+SAPBR=2,1\r")
    heard = await client.hear_until(OK)
    assert heard.startswith(b'\r\n+SAPBR: 1,1,"10.')
    await client.error(b"AT+SAPBR=1,1")
    await client.ok(b"AT+SAPBR=0,1")
    await client.error(b"AT+SAPBR=0,1")


async def test_demand_11_exactly_as_many_bytes_as_were_announced(client: Client) -> None:
    await client.ok(b"AT+HTTPINIT")
    await client.ask(b"AT+HTTPDATA=7,10000", b"\r\nDOWNLOAD\r\n")
    client.send(b"OK\r\n\x1a\x1bAAT+CSQ\r")
    await client.hear(OK)
    await client.hear(b"\r\n+CSQ: 21,0\r\n" + OK)
    await client.ask(b"AT+HTTPREAD", b"\r\n+HTTPREAD: 7\r\nOK\r\n\x1a\x1bA" + OK)


async def test_demand_11_the_timer_ends_the_entry_with_ok_and_keeps_what_came(clock: ManualClock, start: Start) -> None:
    client = await attach(await start(clock=clock))
    await client.ok(b"AT+HTTPINIT")
    await client.ask(b"AT+HTTPDATA=100,2000", b"\r\nDOWNLOAD\r\n")
    client.send(b"four")
    await clock.run(1.9)
    await client.silent()
    await clock.run(0.2)
    await client.hear(OK)
    await client.ask(b"AT+HTTPREAD", b"\r\n+HTTPREAD: 4\r\nfour" + OK)


@pytest.mark.parametrize(
    ("dialect", "command", "prompt", "entry"),
    [
        ("sim900", b"AT+SMTPBODY", b"\r\n>", b"text\x1a"),
        ("sim800", b"AT+SMTPBODY=4", b"\r\nDOWNLOAD\r\n", b"text"),
        ("sim7000", b"AT+SMTPBODY=4", b"\r\nDOWNLOAD\r\n", b"text"),
        ("sim7100", b'AT+SMTPBODY="text"', b"", b""),
        ("sim7100", b"AT+SMTPBODY", b"\r\n>> ", b"text\x1a"),
    ],
)
async def test_demand_12_the_forms_of_a_body(dialect: str, command: bytes, prompt: bytes, entry: bytes) -> None:
    async with VirtualModem(dialect, urc_delay=0) as virtual:
        client = await attach(virtual)
        client.send(command + b"\r")
        await client.hear(prompt)
        client.send(entry)
        await client.hear(OK)
        await client.ok(b"AT")
        await client.aclose()


async def test_demand_15_attachments_pass_as_they_are_and_a_refusal_surfaces() -> None:
    data = b"AAEC/w==\r\n.\r\n= \xe4\x00 OK\r\n"
    async with outgoing(b'AT+SMTPFILE=2,"a.bin",1') as (site, _, host):
        await host.attach(data, block=5)
        await host.urc(b"+SMTPSEND: 1")
        assert b"\r\n\r\n" + data + b"\r\n--" in site.mails[0].content
        await host.attach(b"x" * 3000 + b"\r\n")  # no server takes a line of this length
        await host.urc(b"+SMTPSEND: 65")
        assert len(site.mails) == 1


async def test_demand_13_a_pty_is_opened_closed_and_set_as_clients_like(virtual: VirtualModem) -> None:
    path = await virtual.open_pty()
    first = await Client(SerialPort(path, baud=9600)).open()
    first.send(b"ATE0\r")
    await first.hear(b"ATE0\r" + OK)
    await first.ok(b"AT+HTTPINIT", b"ATS7=33")
    await first.aclose()
    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
    mode = termios.tcgetattr(descriptor)
    tty.setraw(descriptor)
    mode[4] = mode[5] = termios.B0  # hang up, as clients drop DTR
    termios.tcsetattr(descriptor, termios.TCSANOW, mode)
    os.close(descriptor)
    second = await Client(SerialPort(path)).open()
    await second.ask(b"ATS7?", b"\r\n033\r\n" + OK)
    await second.error(b"AT+HTTPINIT")
    await second.aclose()


async def test_demand_13_tcp_takes_several_connections_in_turn(virtual: VirtualModem) -> None:
    host, port = await virtual.listen_tcp()
    for number in range(3):
        client = await Client(TcpPort(host, port)).open()
        client.send(b"ATE0\r" if number == 0 else b"AT\r")
        await client.hear((b"ATE0\r" if number == 0 else b"") + OK)
        await client.aclose()


async def test_demand_16_an_argument_of_later_firmware_is_taken() -> None:
    async with RawSite(tls=LoopbackCA().issue(HOST)) as site, module(site) as virtual:
        client = await attach(virtual)
        await client.ok(b"AT+CHTTPSSTART", b'AT+CHTTPSOPSE="%s",443,2' % HOST.encode(), b"AT+CHTTPSCLSE")
        await client.aclose()


async def test_the_base_set_answers(virtual: VirtualModem, client: Client) -> None:
    for line, answer in BASE_SET:
        client.send(line + b"\r")
        heard = await client.hear_until(OK)
        assert answer is None or heard == answer + OK, line
    await client.silent()


async def test_the_base_set_can_be_repeated_with_a_slash(client: Client) -> None:
    await client.ask(b"AT+CSQ", b"\r\n+CSQ: 21,0\r\n" + OK)
    client.send(b"A/")
    await client.hear(b"\r\n+CSQ: 21,0\r\n" + OK)


@pytest.mark.parametrize("echo", [True, False])
async def test_the_base_set_takes_a_message_and_counts_it(virtual: VirtualModem, echo: bool) -> None:
    client = await attach(virtual, echo=echo)
    for number in (1, 2):
        client.send(b'AT+CMGS="+4912345"\r')
        await client.hear((b'AT+CMGS="+4912345"\r' if echo else b"") + b"\r\n> ")
        client.send(b"hello\r\nOK\x1a")
        await client.hear((b"hello\r\nOK\x1a" if echo else b"") + b"\r\n+CMGS: %d\r\n" % number + OK)
    assert virtual.messages.sent == 2


async def test_a_message_can_be_given_up(virtual: VirtualModem, client: Client) -> None:
    await client.ask(b"AT+CMGS=23", b"\r\n> ")
    client.send(b"0011\x1b")
    await client.hear(OK)
    assert virtual.messages.sent == 0


async def test_a_data_call_swallows_what_it_gets_until_the_guarded_escape(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    await client.ask(b"ATD*99#", b"\r\nCONNECT\r\n")
    client.send(b"~\xff}#\xc0!AT\r\n+++ATH\r")
    await client.silent()
    assert virtual.calls.received == len(b"~\xff}#\xc0!AT\r\n+++ATH\r")
    await clock.run(1.1)
    client.send(b"+++")
    await clock.run(0.9)
    await client.silent()
    await clock.run(0.2)
    await client.hear(OK)
    await client.ask(b"ATO", b"\r\nCONNECT\r\n")
    await clock.run(1.1)
    client.type(b"+++")
    await clock.run(1.1)
    await client.hear(OK)
    await client.ok(b"ATH")
    await client.ask(b"ATO", b"\r\nNO CARRIER\r\n")


async def test_a_data_call_ends_when_dtr_falls(virtual: VirtualModem, client: Client) -> None:
    await client.ask(b"ATDT*99***1#", b"\r\nCONNECT\r\n")
    virtual.hang_up()
    await client.ok(b"AT")
    assert not virtual.calls.connected


async def test_a_data_call_ends_when_its_client_closes_the_port(virtual: VirtualModem) -> None:
    path = await virtual.open_pty()
    client = await Client(SerialPort(path)).open()
    client.send(b"ATE0D*99#\r")
    await client.hear(b"ATE0D*99#\r\r\nCONNECT\r\n")
    await client.aclose()
    again = await Client(SerialPort(path)).open()
    await until(lambda: not virtual.calls.connected)
    await again.ok(b"AT")
    await again.aclose()


async def test_switching_off_says_so_and_is_silent_then(virtual: VirtualModem, client: Client) -> None:
    await client.ask(b"AT+CPOWD=1", b"\r\nNORMAL POWER DOWN\r\n")
    client.send(b"AT\r")
    await client.silent()
    virtual.power_on()
    await client.hear_until(b"\r\nSMS Ready\r\n")
    client.send(b"AT\r")
    await client.hear(b"AT\r" + OK)


async def test_switching_off_at_once_says_nothing(client: Client) -> None:
    client.send(b"AT+CPOWD=0\r")
    await client.silent()


@pytest.mark.parametrize("dial", [b"ATD112;", b"ATD+4912345;"])
async def test_a_voice_call_stops_nobody(client: Client, dial: bytes) -> None:
    await client.ask(dial, OK + b"\r\nNO CARRIER\r\n")
    await client.ok(b"ATH")


def test_a_port_of_the_virtual_modem_is_a_port() -> None:
    port: Port = VirtualModem().port()
    assert port.url == "memory"
