"""Literal lines of the SIM5320 AT manual V2.02 chapter 13, of the SIM7600 AT manual V3.00 20.2 and of an A7670 log."""

from __future__ import annotations

from typing import Any

import pytest

from simcom_async.commands.files import (
    CopyEnded,
    CopyFailed,
    CopyProblem,
    CopyProgress,
    CurrentDirectory,
    DirectoryChange,
    DirectoryCount,
    DirectoryCountRead,
    DirectoryList,
    DirectoryListAll,
    DirectoryMake,
    DirectoryRead,
    DirectoryRemove,
    FileAttributes,
    FileAttributesRead,
    FileCopy,
    FileCopyInBackground,
    FileDelete,
    FileName,
    FileRename,
    FilesHeading,
    FileSpace,
    FileSpaceOfBoth,
    FileSpaceRead,
    FileStorage,
    FolderHeading,
    ListingPart,
)
from simcom_async.dialects import SIM7100
from simcom_async.errors import CommandFailed, UsageError
from tests.commands.spoken import answer, heard, line, said, urc


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("AT+FSCD=D:/Video", DirectoryChange(path="D:/Video")),
        ("AT+FSCD=..", DirectoryChange(path="..")),
        ("AT+FSCD?", DirectoryRead()),
        ("AT+FSMKDIR=SIMTech", DirectoryMake(name="SIMTech")),
        ("AT+FSRMDIR=SIMTech", DirectoryRemove(name="SIMTech")),
        ("AT+FSLS=2", DirectoryList(part=ListingPart.FILES)),
        ("AT+FSLS", DirectoryListAll()),
        ("AT+FSLS?", DirectoryCountRead()),
        ("AT+FSDEL=*.*", FileDelete(name="*.*")),
        ("AT+FSDEL=test1.jpg", FileDelete(name="test1.jpg")),
        ('AT+FSDEL={non-ascii}"E6B58B2E6A7067"', FileDelete(name="\u6d4b.jpg")),
        ("AT+FSRENAME=test1.jpg,test2.jpg", FileRename(old="test1.jpg", new="test2.jpg")),
        ("AT+FSATTRI=test1.jpg", FileAttributesRead(name="test1.jpg")),
        ("AT+FSMEM", FileSpaceRead()),
        ("AT+FSLOCA=1", FileStorage(location=1)),
        ("AT+FSCOPY=C:/a.jpg,D:/b.jpg", FileCopy(source="C:/a.jpg", target="D:/b.jpg")),
        ("AT+FSCOPY=C:/a.jpg,D:/b.jpg,0", FileCopy(source="C:/a.jpg", target="D:/b.jpg", mode=0)),
        ("AT+FSCOPY=a,b,1", FileCopyInBackground(source="a", target="b")),
    ],
)
def test_command_lines(written: str, command: Any) -> None:
    assert heard(written, SIM7100) == command
    assert command.text.decode("ascii") == written


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ('AT+FSDEL="test1.jpg"', FileDelete(name="test1.jpg")),
        ('AT+FSRENAME="a b",c', FileRename(old="a b", new="c")),
        ('AT+FSMKDIR="two words"', DirectoryMake(name="two words")),
    ],
)
def test_names_may_be_quoted(written: str, command: Any) -> None:
    assert heard(written, SIM7100) == command


@pytest.mark.parametrize("written", ["AT+FSLS=3", "AT+FSLOCA=2", "AT+FSMKDIR=", "AT+FSRENAME=a", "AT+FSCOPY=a,b,2"])
def test_what_is_refused(written: str) -> None:
    assert heard(written, SIM7100) in ("PARAMETERS", "LIMIT")


@pytest.mark.parametrize("name", ["", "a\rb", 'a"b', "a\x1a", "\ud83d"])
def test_names_that_cannot_be_carried(name: str) -> None:
    for command in (DirectoryMake, DirectoryRemove, FileDelete, FileAttributesRead):
        with pytest.raises(UsageError):
            command(name=name)


def test_the_current_directory() -> None:
    assert answer(DirectoryRead(), "+FSCD: C:/") == CurrentDirectory(path="C:/")
    assert answer(DirectoryChange(path="x"), "+FSCD: C:/x") == CurrentDirectory(path="C:/x")
    assert answer(DirectoryRead(), '+FSCD: {non-ascii}"433A2FC3A4"') == CurrentDirectory(path="C:/\u00e4")
    assert line(CurrentDirectory(path="D:/a b")) == '+FSCD: "D:/a b"'


@pytest.mark.parametrize("heading", ["+FSLS: SUBDIRECTORIES:", "+FSLS: SUBDIRECTORIES", "+FSLS:SUBDIRECTORIES:"])
def test_listings(heading: str) -> None:
    found = answer(DirectoryListAll(), heading, "FirstDir", '{non-ascii}"C3A4"', "", "+FSLS: FILES:", "t 1.jpg", "")
    assert [type(part) for part in found] == [FolderHeading, FileName, FileName, FilesHeading, FileName]
    assert [part.name for part in found if isinstance(part, FileName)] == ["FirstDir", "\u00e4", "t 1.jpg"]
    assert answer(DirectoryList(part=ListingPart.FOLDERS)) == ()
    assert line(FolderHeading()) == "+FSLS: SUBDIRECTORIES:"
    assert line(FilesHeading()) == "+FSLS: FILES:"
    assert line(FileName(name="\u00e4.txt")) == '{non-ascii}"C3A42E747874"'


def test_an_unsolicited_line_is_no_name() -> None:
    found = answer(DirectoryListAll(), "+FSLS: FILES:", "a", "+CREG: 1", "b")
    assert [part.name for part in found if isinstance(part, FileName)] == ["a", "b"]


def test_counts() -> None:
    wanted = DirectoryCount(folders=2, files=12)
    assert answer(DirectoryCountRead(), "+FSLS: SUBDIRECTORIES:2,FILES:12") == wanted
    assert line(wanted) == "+FSLS: SUBDIRECTORIES:2,FILES:12"


def test_attributes() -> None:
    read = FileAttributesRead(name="x")
    wanted = FileAttributes(size=8604, modified="2008/04/28 10:24:46 Tue")
    assert answer(read, "+FSATTRI: 8604, 2008/04/28 10:24:46 Tue") == wanted
    assert line(wanted) == "+FSATTRI: 8604, 2008/04/28 10:24:46 Tue"
    assert answer(read, "+FSATTRI: 3800") == FileAttributes(size=3800)


def test_space() -> None:
    wanted = FileSpace(drive="C", total=11348480, used=2201600)
    assert answer(FileSpaceRead(), "+FSMEM: C:(11348480, 2201600)") == (wanted,)
    assert line(wanted) == "+FSMEM: C:(11348480, 2201600)"
    found = answer(FileSpaceRead(), "+FSMEM: C:(3145728,397312)", "+FSMEM: D:(9,1)")
    assert found == (FileSpace(drive="C", total=3145728, used=397312), FileSpace(drive="D", total=9, used=1))
    (both,) = answer(FileSpaceRead(), "+FSMEM: C:(11348480, 2201600), D:(255533056, 42754048)")
    assert isinstance(both, FileSpaceOfBoth)
    assert (both.drive, both.card, both.card_total, both.card_used) == ("C", "D", 255533056, 42754048)


def test_copies_tell_how_far_they_are() -> None:
    found = answer(FileCopy(source="a", target="b"), "+FSCOPY: 1.0", "+FSCOPY: 100.0")
    assert [part.percent for part in found] == ["1.0", "100.0"]
    exchange, _ = said(
        FileCopyInBackground(source="a", target="b"),
        b"\r\nOK\r\n\r\n+FSCOPY: 1.0\r\n\r\n+FSCOPY: 100.0\r\n\r\n+FSCOPY: END\r\n",
        SIM7100,
    )
    assert exchange.finished
    assert exchange.answer() == CopyEnded()
    assert urc("+FSCOPY: END", SIM7100) == CopyEnded()
    assert urc("+FSCOPY: 5.0", SIM7100) == CopyProgress(percent="5.0")


@pytest.mark.parametrize("problem", CopyProblem)
@pytest.mark.parametrize("command", [FileCopy(source="a", target="b"), FileCopyInBackground(source="a", target="b")])
def test_why_a_copy_failed(problem: CopyProblem, command: Any) -> None:
    with pytest.raises(CommandFailed) as raised:
        answer(command, line(CopyFailed(problem=problem)), final="ERROR")
    assert raised.value.code == problem
    assert raised.value.meaning == problem.meaning
