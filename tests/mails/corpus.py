"""The corpus: mails as real mailboxes hold them, by what is peculiar to them."""

from __future__ import annotations

from dataclasses import replace

from tests.mails import files, headers, structures, texts
from tests.mails.specimen import Specimen

__all__ = ["CORPUS", "SHAPES"]

#: By shape.
SHAPES: dict[str, tuple[Specimen, ...]] = {
    "charset": texts.CHARSETS,
    "encoding": texts.ENCODINGS,
    "lines": texts.LINES,
    "control": texts.CONTROLS,
    "subject": headers.SUBJECTS,
    "people": headers.PERSONS,
    "own headers": headers.OWN,
    "file": files.CONTENTS,
    "files": files.MANY,
    "file name": files.NAMES,
    "parts": structures.PARTS,
    "broken": structures.BROKEN,
}

#: All of them.
CORPUS = tuple(replace(one, shape=shape) for shape, group in SHAPES.items() for one in group)
