"""The module's file system: folders, files, space (SIM5320 AT manual V2.02 chapter 13, SIM7600 AT manual V3.00 20.2).

Names are bare words; what is not ASCII stands as ``{non-ascii}"hex"``. A name has at most 254 characters, without
backslash, colon, star, question mark, quote, angle brackets, bar, comma and semicolon. Commands work in the current
directory, that of AT+FSCD, or take an absolute path.
"""

from enum import IntEnum
from typing import Annotated, Literal

from simcom_async.at.code import Word
from simcom_async.at.command import Command, Completion, Ending, Form, Patience, Service, Syntax
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line, Reply, Spacing, Times, Urc
from simcom_async.at.setting import Setting

__all__ = [
    "CopyEnded",
    "CopyFailed",
    "CopyProblem",
    "CopyProgress",
    "CurrentDirectory",
    "DirectoryChange",
    "DirectoryCount",
    "DirectoryCountRead",
    "DirectoryList",
    "DirectoryListAll",
    "DirectoryMake",
    "DirectoryRead",
    "DirectoryRemove",
    "FileAttributes",
    "FileAttributesRead",
    "FileCopy",
    "FileCopyInBackground",
    "FileDelete",
    "FileName",
    "FileRename",
    "FileSpace",
    "FileSpaceOfBoth",
    "FileSpaceRead",
    "FileStorage",
    "FilesHeading",
    "FolderHeading",
    "ListingPart",
]

_COPY_PATIENCE = Patience(final=600.0, completion=600.0)


class ListingPart(IntEnum):
    """What AT+FSLS lists (SIM5320 AT manual 13.4)."""

    ALL = 0
    FOLDERS = 1
    FILES = 2


class CopyProblem(Word):
    """Why a file was not copied (SIM5320 AT manual 13.10)."""

    NO_CARD = "SD CARD NOT PLUGGED IN", "there is no card", False, "insert one, or use the drive C"
    FILE_EXISTS = "FILE IS EXISTING", "there is a file of that name", False, "remove it first"
    NO_FILE = "FILE NOT EXISTING", "there is no such file", False, "list the directory with AT+FSLS"
    DIRECTORY_EXISTS = "DIRECTORY IS EXISTED", "there is a directory of that name", False, "choose another name"
    NO_DIRECTORY = "DIRECTORY NOT EXISTING", "there is no such directory", False, "make it with AT+FSMKDIR"
    FORBIDDEN_DELETE = "FORBID DELETE DIRECTORY", "this directory cannot be removed"
    BAD_PATH = "INVALID PATH NAME", "this is no path"
    BAD_NAME = "INVALID FILE NAME", "this is no file name"
    SD_FULL = "SD CARD HAVE NO ENOUGH MEMORY", "the card is full", False, "remove files"
    FULL = "EFS HAVE NO ENOUGH MEMORY", "the drive is full", False, "remove files"
    CREATE = "FILE CREATE ERROR", "the file could not be made"
    READ = "READ FILE ERROR", "the file could not be read"
    WRITE = "WRITE FILE ERROR", "the file could not be written"


class CurrentDirectory(Reply):
    """The current directory, ``C:/`` (SIM5320 AT manual 13.1)."""

    wire = Line("+FSCD", ref="SIM5320 AT manual 13.1")
    path: Annotated[str, Text(quoted=None, plain=True, tagged=True)]


class FolderHeading(Reply):
    """The folders follow, a line each (SIM5320 AT manual 13.4; one of its examples lacks the colon)."""

    wire = Line("+FSLS", times=Times.OPTIONAL, ref="SIM5320 AT manual 13.4")
    section: Literal["SUBDIRECTORIES:", "SUBDIRECTORIES"] = "SUBDIRECTORIES:"


class FilesHeading(Reply):
    """The files follow, a line each (SIM5320 AT manual 13.4)."""

    wire = Line("+FSLS", times=Times.OPTIONAL, ref="SIM5320 AT manual 13.4")
    section: Literal["FILES:", "FILES"] = "FILES:"


class FileName(Reply):
    """One name of a listing (SIM5320 AT manual 13.4)."""

    wire = Line("", times=Times.MANY, ref="SIM5320 AT manual 13.4")
    name: Annotated[str, Text(quoted=False, pattern=r'[^\\/:*?"<>|,;]+', tagged=True)]


class DirectoryCount(Reply):
    """How many folders and files are here (SIM5320 AT manual 13.4)."""

    wire = Line("+FSLS", shape="SUBDIRECTORIES:{folders},FILES:{files}", ref="SIM5320 AT manual 13.4")
    folders: Annotated[int, Range(0)]
    files: Annotated[int, Range(0)]


class FileAttributes(Reply):
    """Bytes of a file, and when it was changed: ``2008/04/28 10:24:46 Tue`` (SIM5320 AT manual 13.7; not on A76)."""

    wire = Line("+FSATTRI", spacing=Spacing(comma=", "), ref="SIM5320 AT manual 13.7")
    size: Annotated[int, Range(0)]
    modified: Annotated[str | None, Text(quoted=False)] = None


class FileSpace(Reply):
    """Bytes of a drive, and how many of them are taken; a line for each drive (A7670 log), or see FileSpaceOfBoth."""

    wire = Line("+FSMEM", shape="{drive}:({total}, {used})", times=Times.MANY, ref="SIM5320 AT manual 13.8")
    drive: Annotated[str, Text(quoted=False, pattern="[A-Z]")]
    total: Annotated[int, Range(0)]
    used: Annotated[int, Range(0)]


class FileSpaceOfBoth(Reply):
    """The same of the module's own memory and the card in one line (SIM5320 AT manual 13.8)."""

    wire = Line(
        "+FSMEM",
        shape="{drive}:({total}, {used}), {card}:({card_total}, {card_used})",
        times=Times.OPTIONAL,
        ref="SIM5320 AT manual 13.8",
    )
    drive: Annotated[str, Text(quoted=False, pattern="[A-Z]")]
    total: Annotated[int, Range(0)]
    used: Annotated[int, Range(0)]
    card: Annotated[str, Text(quoted=False, pattern="[A-Z]")]
    card_total: Annotated[int, Range(0)]
    card_used: Annotated[int, Range(0)]


class CopyProgress(Reply, Urc):
    """How much of a file is copied, in percent (SIM5320 AT manual 13.10)."""

    wire = Line("+FSCOPY", times=Times.MANY, ref="SIM5320 AT manual 13.10")
    percent: Annotated[str, Text(quoted=False, pattern=r"\d{1,3}\.\d")]


class CopyFailed(Reply):
    """Why the copy failed, in front of ERROR (SIM5320 AT manual 13.10)."""

    wire = Line("", times=Times.OPTIONAL, ref="SIM5320 AT manual 13.10")
    problem: CopyProblem


class CopyEnded(Urc):
    """A copy in the background has ended (SIM5320 AT manual 13.10)."""

    wire = Line("+FSCOPY", ref="SIM5320 AT manual 13.10")
    state: Literal["END"] = "END"


class DirectoryChange(Command[CurrentDirectory]):
    """Go to a directory, absolute (``D:/x``) or from here; ``..`` is up (SIM5320 AT manual 13.1)."""

    wire = Syntax(
        name="+FSCD",
        form=Form.WRITE,
        replies=(CurrentDirectory,),
        service=Service.FILES,
        repeatable=True,
        ref="SIM5320 AT manual 13.1",
    )
    path: Annotated[str, Text(min=1, quoted=None, plain=True, tagged=True)]


class DirectoryRead(Command[CurrentDirectory]):
    """Ask for the current directory (SIM5320 AT manual 13.1)."""

    wire = Syntax(
        name="+FSCD",
        form=Form.READ,
        replies=(CurrentDirectory,),
        service=Service.FILES,
        repeatable=True,
        ref="SIM5320 AT manual 13.1",
    )


class DirectoryMake(Command[None]):
    """Make a directory in the current one (SIM5320 AT manual 13.2)."""

    wire = Syntax(name="+FSMKDIR", form=Form.WRITE, tested="", service=Service.FILES, ref="SIM5320 AT manual 13.2")
    name: Annotated[str, Text(min=1, quoted=None, plain=True, tagged=True)]


class DirectoryRemove(Command[None]):
    """Remove an empty directory (SIM5320 AT manual 13.3)."""

    wire = Syntax(name="+FSRMDIR", form=Form.WRITE, tested="", service=Service.FILES, ref="SIM5320 AT manual 13.3")
    name: Annotated[str, Text(min=1, quoted=None, plain=True, tagged=True)]


class DirectoryList(Command[tuple[FolderHeading | FilesHeading | FileName, ...]]):
    """List what is here: folders behind their heading, then files behind theirs (SIM5320 AT manual 13.4)."""

    wire = Syntax(
        name="+FSLS",
        form=Form.WRITE,
        tested="(0-2)",
        replies=(FolderHeading, FilesHeading, FileName),
        service=Service.FILES,
        repeatable=True,
        ref="SIM5320 AT manual 13.4",
    )
    part: ListingPart


class DirectoryListAll(Command[tuple[FolderHeading | FilesHeading | FileName, ...]]):
    """List folders and files that are here (SIM5320 AT manual 13.4)."""

    wire = Syntax(
        name="+FSLS",
        form=Form.EXECUTE,
        replies=(FolderHeading, FilesHeading, FileName),
        service=Service.FILES,
        repeatable=True,
        ref="SIM5320 AT manual 13.4",
    )


class DirectoryCountRead(Command[DirectoryCount]):
    """Ask how many folders and files are here (SIM5320 AT manual 13.4)."""

    wire = Syntax(
        name="+FSLS",
        form=Form.READ,
        replies=(DirectoryCount,),
        service=Service.FILES,
        repeatable=True,
        ref="SIM5320 AT manual 13.4",
    )


class FileDelete(Command[None]):
    """Remove a file; ``*.*``: all files that are here (SIM5320 AT manual 13.5)."""

    wire = Syntax(name="+FSDEL", form=Form.WRITE, tested="", service=Service.FILES, ref="SIM5320 AT manual 13.5")
    name: Annotated[str, Text(min=1, quoted=None, plain=True, tagged=True)]


class FileRename(Command[None]):
    """Give a file or a folder another name (SIM5320 AT manual 13.6)."""

    wire = Syntax(name="+FSRENAME", form=Form.WRITE, tested="", service=Service.FILES, ref="SIM5320 AT manual 13.6")
    old: Annotated[str, Text(min=1, quoted=None, plain=True, tagged=True)]
    new: Annotated[str, Text(min=1, quoted=None, plain=True, tagged=True)]


class FileAttributesRead(Command[FileAttributes]):
    """Ask for size and date of a file (SIM5320 AT manual 13.7)."""

    wire = Syntax(
        name="+FSATTRI",
        form=Form.WRITE,
        tested="",
        replies=(FileAttributes,),
        service=Service.FILES,
        repeatable=True,
        ref="SIM5320 AT manual 13.7",
    )
    name: Annotated[str, Text(min=1, quoted=None, plain=True, tagged=True)]


class FileSpaceRead(Command[tuple[FileSpace | FileSpaceOfBoth, ...]]):
    """Ask for the space of the drives (SIM5320 AT manual 13.8)."""

    wire = Syntax(
        name="+FSMEM",
        form=Form.EXECUTE,
        tested="",
        replies=(FileSpace, FileSpaceOfBoth),
        service=Service.FILES,
        repeatable=True,
        ref="SIM5320 AT manual 13.8",
    )


class FileStorage(Setting):
    """Where new files of the services go: the module's own memory (0) or the card (1) (SIM5320 AT manual 13.9)."""

    wire = Syntax(name="+FSLOCA", form=Form.WRITE, tested="auto", repeatable=True, ref="SIM5320 AT manual 13.9")
    location: Annotated[int, Range(0, 1)] = 0


class FileCopy(Command[tuple[CopyProgress, ...]]):
    """Copy a file, and answer when it is done (SIM5320 AT manual 13.10)."""

    wire = Syntax(
        name="+FSCOPY",
        form=Form.WRITE,
        tested="",
        replies=(CopyProgress, CopyFailed),
        patience=_COPY_PATIENCE,
        service=Service.FILES,
        codes=CopyProblem,
        ref="SIM5320 AT manual 13.10",
    )
    source: Annotated[str, Text(min=1, quoted=None, plain=True, tagged=True)]
    target: Annotated[str, Text(min=1, quoted=None, plain=True, tagged=True)]
    mode: Literal[0] | None = None


class FileCopyInBackground(Command[CopyEnded]):
    """Copy a file behind the OK; +FSCOPY: END says that it is done (SIM5320 AT manual 13.10)."""

    wire = Syntax(
        name="+FSCOPY",
        form=Form.WRITE,
        replies=(CopyFailed,),
        completion=Completion(endings=(Ending(CopyEnded),), packets=(CopyProgress,)),
        patience=_COPY_PATIENCE,
        service=Service.FILES,
        codes=CopyProblem,
        ref="SIM5320 AT manual 13.10",
    )
    source: Annotated[str, Text(min=1, quoted=None, plain=True, tagged=True)]
    target: Annotated[str, Text(min=1, quoted=None, plain=True, tagged=True)]
    mode: Literal[1] = 1
