"""The promised surface: what is public is listed in public_names.txt, and the installed package is whole."""

from __future__ import annotations

import importlib
import importlib.metadata
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import simcom_async

PINNED = Path(__file__).with_name("public_names.txt")


def modules() -> Iterator[str]:
    """Every module of the package, the program left out."""
    yield "simcom_async"
    for module in pkgutil.walk_packages(simcom_async.__path__, "simcom_async."):
        if not module.name.endswith("__main__"):
            yield module.name


def test_the_public_names_are_the_promised_ones() -> None:
    promised = PINNED.read_text("utf-8").split()
    assert sorted(simcom_async.__all__) == sorted(promised), f"a change of the surface is a change of {PINNED.name}"
    assert len(set(promised)) == len(promised)


@pytest.mark.parametrize("name", sorted(modules()))
def test_every_module_imports_and_keeps_its_word(name: str) -> None:
    module = importlib.import_module(name)
    missing = [public for public in getattr(module, "__all__", []) if not hasattr(module, public)]
    assert missing == []


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(simcom_async.__path__[0]) / "py.typed").exists()


@pytest.mark.parametrize(("group", "name"), [("console_scripts", "simcom"), ("pytest11", "simcom_async")])
def test_the_entry_points_lead_somewhere(group: str, name: str) -> None:
    (entry,) = [entry for entry in importlib.metadata.entry_points(group=group) if entry.name == name]
    assert entry.load() is not None


def test_the_version_is_that_of_the_distribution() -> None:
    assert simcom_async.__version__ == importlib.metadata.version("simcom-async")
