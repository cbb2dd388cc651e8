from simcom_async.ports import memory_line
from simcom_async.ports.passing import PassingPort
from simcom_async.ports.serial import SerialPort
from tests.cli.test_bridge import Heard, opened


async def test_a_passing_port_is_the_other_one() -> None:
    module, far = memory_line()
    asked, heard = await opened(module), Heard()
    port = PassingPort(far)
    await port.open(heard, lambda error: None)
    assert (port.url, port.pending, port.flow_control) == (far.url, 0, True)
    port.write(b"AT\r")
    assert port.pending == 3
    await port.drain()
    await port.set_baud(9600)
    port.pause()
    module.write(b"\r\nOK\r\n")
    await asked.until(3)
    assert heard.data == b""
    port.resume()
    await heard.until(6)
    await port.aclose()
    await module.aclose()


async def test_its_rate_is_the_other_ones_where_that_has_one() -> None:
    _, far = memory_line()
    assert PassingPort(far).line_rate is None
    assert PassingPort(SerialPort("/dev/ttyUSB7", baud=9600)).line_rate == 9600
    assert PassingPort(SerialPort("/dev/pts/77", baud=9600)).line_rate is None
