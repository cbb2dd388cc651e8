from __future__ import annotations

from typing import Annotated

from simcom_async.at.command import Form, Service, Syntax
from simcom_async.at.dialect import WireState
from simcom_async.at.fields import Range
from simcom_async.at.setting import Setting
from simcom_async.virtual.profile import REGISTERS, Profile, Stored, factory


class Level(Setting):
    wire = Syntax(name="+LEVEL", form=Form.WRITE)
    level: Annotated[int, Range(0, 9)] = 1
    detail: Annotated[int | None, Range(0, 9)] = 2


class Secure(Setting):
    wire = Syntax(name="+SECURE", form=Form.WRITE, service=Service.HTTP)
    on: Annotated[int, Range(0, 1)] = 0


class Named(Setting):
    wire = Syntax(name="+NAMED", form=Form.WRITE)
    name: str


def test_the_factory_has_what_is_declared() -> None:
    assert factory(Level) == Level(level=1, detail=2)
    assert factory(Named) is None
    profile = Profile(Stored())
    assert profile.read(Level) == Level()
    assert profile.read(Named) is None


def test_what_is_left_out_keeps_its_value() -> None:
    profile = Profile(Stored())
    profile.write(Level(level=5, detail=6))
    profile.write(Level(level=7))
    assert profile.read(Level) == Level(level=7, detail=6)
    profile.write(Named(name="x"))
    assert profile.read(Named) == Named(name="x")


def test_storing_recalling_and_the_factory() -> None:
    profile = Profile(Stored(echo=False, cmee=1))
    assert profile.now.echo is False
    profile.write(Level(level=5))
    profile.now.registers[0] = 3
    profile.save(WireState(echo=True, verbose=False, quiet=None, cmee=2))
    profile.write(Level(level=6))
    profile.now.registers[0] = 4
    stored = profile.recall()
    assert (stored.echo, stored.verbose, stored.quiet, stored.cmee) == (True, False, False, 2)
    assert profile.read(Level) == Level(level=5)
    assert profile.now.registers[0] == 3
    profile.reset()
    assert profile.read(Level) == Level()
    assert profile.now.registers == REGISTERS
    assert profile.now.echo is True
    assert profile.now.cmee == 1
    profile.recall()
    assert profile.read(Level) == Level(level=5)


def test_settings_of_a_service_are_no_part_of_it() -> None:
    profile = Profile(Stored())
    profile.write(Secure(on=1))
    profile.save(WireState())
    profile.recall()
    assert profile.read(Secure) == Secure(on=1)
    profile.restart()
    assert profile.read(Secure) == Secure(on=0)
