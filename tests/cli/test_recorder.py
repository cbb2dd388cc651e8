from __future__ import annotations

from pathlib import Path

import pytest

from simcom_async.cli import recorder
from simcom_async.cli.recorder import MaskingRecorder
from simcom_async.dialects import SIM800
from simcom_async.ports import memory_line, read_recording
from tests.cli.test_bridge import Heard, opened


async def recorded(tmp_path: Path, said: list[tuple[str, bytes]]) -> str:
    """What is in the file after this dialogue; nothing may be lost on the way."""
    module, far = memory_line()
    asked, heard = await opened(module), Heard()
    file = tmp_path / "a.jsonl"
    port = MaskingRecorder(far, str(file), (SIM800,), "sim800")
    await port.open(heard, lambda error: None)
    sent = received = 0
    for direction, data in said:
        if direction == "tx":
            port.write(data)
            sent += len(data)
            if not port._watch.keeps:
                await asked.until(sent)
        else:
            module.write(data)
            received += len(data)
            if not port._watch.keeps:
                await heard.until(received)
    await port.aclose()
    await module.aclose()
    assert read_recording(file).dialect == "sim800"
    return file.read_text()


async def test_secrets_of_any_program_are_masked(tmp_path: Path) -> None:
    text = await recorded(
        tmp_path,
        [
            ("tx", b'AT+SAPBR=3,1,"PWD","hu'),
            ("tx", b'sh"\r'),
            ("rx", b'AT+SAPBR=3,1,"PWD","hush"\r\r\nOK\r\n'),
            ("tx", b"AT+CSQ\r"),
        ],
    )
    assert "hush" not in text
    assert text.count("****") == 2
    assert "AT+CSQ" in text


async def test_secrets_that_the_module_shows_are_masked(tmp_path: Path) -> None:
    text = await recorded(tmp_path, [("tx", b"AT+SAPBR=4,1\r"), ("rx", b"\r\nPWD: hush\r\n\r\nOK\r\n")])
    assert "hush" not in text
    assert "PWD: ****" in text


async def test_what_is_kept_back_goes_on_when_its_line_does_not_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "_RELEASE", 0.01)
    module, far = memory_line()
    asked, heard = await opened(module), Heard()
    port = MaskingRecorder(far, str(tmp_path / "a"), (SIM800,))
    await port.open(heard, lambda error: None)
    port.write(b"AT+CPIN=47")
    assert await asked.until(10) == b"AT+CPIN=47"
    port.write(b"\rAT+SAPBR=4,1\r")
    module.write(b"\r\nPWD: hu")
    assert await heard.until(9) == b"\r\nPWD: hu"
    await port.aclose()
    await module.aclose()
    text = (tmp_path / "a").read_text()
    assert "=**" in text
    assert "=47" not in text  # a time may hold the digits
    assert "hu" not in text
