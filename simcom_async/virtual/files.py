"""What the file commands do to the file system of the virtual modem (SIM5320 AT manual V2.02 chapter 13)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from simcom_async.at.message import Message
from simcom_async.at.setting import read_form
from simcom_async.commands import files as messages
from simcom_async.commands.files import CopyProblem, ListingPart
from simcom_async.virtual.file_place import DRIVES, FileProblem, Found, Problem
from simcom_async.virtual.turn import Answered, Answers, Operation, Refused, Turn

__all__ = ["ANSWERS"]

ANSWERS = Answers()
_ALL_FILES = "*.*"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: The words of AT+FSCOPY for what it has no own words for.
_OTHERWISE = {Problem.NOT_EMPTY: CopyProblem.DIRECTORY_EXISTS}


@contextmanager
def _refusing() -> Iterator[None]:
    """What cannot be done is an ERROR."""
    try:
        yield
    except FileProblem as problem:
        raise Refused from problem


@ANSWERS.to(messages.DirectoryChange)
async def _change(turn: Turn[messages.DirectoryChange]) -> Message:
    with _refusing():
        return messages.CurrentDirectory(path=str(turn.modem.file_system.enter(turn.command.path)))


@ANSWERS.to(messages.DirectoryRead)
async def _current(turn: Turn[messages.DirectoryRead]) -> Message:
    return messages.CurrentDirectory(path=str(turn.modem.file_system.current))


@ANSWERS.to(messages.DirectoryMake)
async def _make(turn: Turn[messages.DirectoryMake]) -> None:
    with _refusing():
        turn.modem.file_system.make_folder(turn.command.name)


@ANSWERS.to(messages.DirectoryRemove)
async def _remove_folder(turn: Turn[messages.DirectoryRemove]) -> None:
    with _refusing():
        turn.modem.file_system.remove_folder(turn.command.name)


@ANSWERS.to(messages.DirectoryList)
async def _list(turn: Turn[messages.DirectoryList]) -> Answered:
    return _listing(turn.modem.file_system.list(), turn.command.part)


@ANSWERS.to(messages.DirectoryListAll)
async def _list_all(turn: Turn[messages.DirectoryListAll]) -> Answered:
    return _listing(turn.modem.file_system.list(), ListingPart.ALL)


@ANSWERS.to(messages.DirectoryCountRead)
async def _count(turn: Turn[messages.DirectoryCountRead]) -> Message:
    found = turn.modem.file_system.list()
    folders = sum(entry.is_folder for entry in found)
    return messages.DirectoryCount(folders=folders, files=len(found) - folders)


@ANSWERS.to(messages.FileDelete)
async def _delete(turn: Turn[messages.FileDelete]) -> None:
    files, name = turn.modem.file_system, turn.command.name
    with _refusing():
        if name != _ALL_FILES:
            files.remove(name)
            return
        for found in files.list():
            if not found.is_folder:
                files.remove(found.name)


@ANSWERS.to(messages.FileRename)
async def _rename(turn: Turn[messages.FileRename]) -> None:
    with _refusing():
        turn.modem.file_system.rename(turn.command.old, turn.command.new)


@ANSWERS.to(messages.FileAttributesRead)
async def _attributes(turn: Turn[messages.FileAttributesRead]) -> Message:
    with _refusing():
        found = turn.modem.file_system.find(turn.command.name)
    if found.is_folder:
        raise Refused
    changed = datetime.fromtimestamp(found.modified, UTC)
    return messages.FileAttributes(size=found.size, modified=f"{changed:%Y/%m/%d %H:%M:%S} {_DAYS[changed.weekday()]}")


@ANSWERS.to(messages.FileSpaceRead)
async def _space(turn: Turn[messages.FileSpaceRead]) -> list[Message]:
    files = turn.modem.file_system
    drives = DRIVES if files.card else DRIVES[:1]
    spaces = {drive: files.space(drive) for drive in drives}
    return [messages.FileSpace(drive=drive, total=space.total, used=space.used) for drive, space in spaces.items()]


@ANSWERS.to(messages.FileStorage)
async def _choose(turn: Turn[messages.FileStorage]) -> None:
    if turn.command.location and not turn.modem.file_system.card:
        raise Refused
    turn.modem.file_system.location = turn.command.location


@ANSWERS.to(read_form(messages.FileStorage))
async def _chosen(turn: Turn[messages.FileStorage]) -> Message:
    return messages.FileStorage(location=turn.modem.file_system.location)


@ANSWERS.to(messages.FileCopy)
async def _copy(turn: Turn[messages.FileCopy]) -> list[Message]:
    files, command = turn.modem.file_system, turn.command
    try:
        return [_progress(part) for part in files.copy(command.source, command.target)]
    except FileProblem as problem:
        raise Refused(said=(_failed(problem),)) from problem


@ANSWERS.to(messages.FileCopyInBackground)
async def _copy_later(turn: Turn[messages.FileCopyInBackground]) -> None:
    steps = turn.modem.file_system.copy(turn.command.source, turn.command.target)
    try:
        first = next(steps)
    except FileProblem as problem:
        raise Refused(said=(_failed(problem),)) from problem

    async def go_on(operation: Operation) -> None:
        await operation.urc(_progress(first))
        for part in steps:
            await operation.urc(_progress(part))
        await operation.urc(messages.CopyEnded())

    turn.operate(go_on)


def _listing(found: list[Found], part: ListingPart) -> list[Message | bytes | str]:
    """Each part behind its heading; one that is empty is left out, and an empty line stands between the two."""
    lines: list[Message | bytes | str] = []
    for wanted, heading, is_folder in (
        (ListingPart.FOLDERS, messages.FolderHeading(), True),
        (ListingPart.FILES, messages.FilesHeading(), False),
    ):
        names = [messages.FileName(name=entry.name) for entry in found if entry.is_folder is is_folder]
        if names and part in (ListingPart.ALL, wanted):
            lines += [*([""] if lines else []), heading, *names]
    return lines


def _progress(part: float) -> messages.CopyProgress:
    return messages.CopyProgress(percent=f"{part * 100:.1f}")


def _failed(problem: FileProblem) -> Message:
    return messages.CopyFailed(problem=_OTHERWISE.get(problem.problem) or CopyProblem(problem.problem.value))
