"""Fixtures for tests of programs that use a modem: ``virtual_modem``, ``modem``, ``http_site``.

::

    @pytest.mark.simcom(dialect="sim800", rssi=7)
    async def test_it(modem, http_site):
        response = await modem.http.get(http_site.publish("/a", 1000))

``faults="bad_line.toml"`` in the marker names a file of faults (docs/faults.md), next to the test's own file.

Where an error of a modem fails a test, the traffic that led to it is a section of the report.

With ``--simcom-port URL`` the same tests run on hardware. Needs the extra ``pytest``; without it only tests that use a
fixture notice. The mode of pytest-asyncio is left alone: the fixtures work in both.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pytest

if TYPE_CHECKING:
    from simcom_async.modem import Modem
    from simcom_async.sites import HttpSite
    from simcom_async.virtual import VirtualModem
    from simcom_async.virtual.lines import HostEnd

__all__ = ["http_site", "modem", "pytest_addoption", "pytest_configure", "pytest_runtest_makereport", "virtual_modem"]

F = TypeVar("F", bound=Callable[..., Any])

_DIALECT = "sim800"
_APN = "internet"


def _fixture(function: F) -> F:
    """An asynchronous fixture in either mode of pytest-asyncio; where that is missing it says so when it is used."""
    try:
        import pytest_asyncio
    except ModuleNotFoundError:
        return cast("F", pytest.fixture(name=function.__name__)(_missing))
    return cast("F", pytest_asyncio.fixture(function))


def _missing() -> None:
    from simcom_async.errors import MissingExtra

    raise MissingExtra("pytest", "pytest-asyncio")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options for running on hardware."""
    group = parser.getgroup("simcom", "simcom_async")
    group.addoption("--simcom-port", metavar="URL", help="run tests that use `modem` on this modem, not a virtual one")
    group.addoption(
        "--simcom-dialect", metavar="NAME", help=f"the module series (virtual: {_DIALECT}; else it is asked)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """The marker."""
    config.addinivalue_line(
        "markers",
        "simcom(dialect='sim800', faults='FILE', **options): the modem of this test, and the file of its faults, next "
        "to the test's; options as those of VirtualModem",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Shows the traffic that led to an error of a modem below the traceback of the test that it failed."""
    from simcom_async.errors import SimcomError

    report = yield
    error = None if call.excinfo is None or not report.failed else call.excinfo.value
    while error is not None:
        if isinstance(error, SimcomError) and error.evidence is not None:
            report.sections.append(("traffic of the modem", str(error.evidence)))
            break
        error = error.__cause__ or error.__context__
    return report


@pytest.fixture
def _simcom_port(request: pytest.FixtureRequest) -> str | HostEnd:
    """Where the modem of this test is: the port that was named, or a line of the virtual one."""
    named = request.config.getoption("--simcom-port")
    if isinstance(named, str):
        return named
    virtual: VirtualModem = request.getfixturevalue("virtual_modem")
    return virtual.port()


@_fixture
async def virtual_modem(request: pytest.FixtureRequest) -> AsyncIterator[VirtualModem]:
    """A running virtual modem, as the marker ``simcom`` wants it; its URCs come at once (``urc_delay`` 0)."""
    from simcom_async.virtual import VirtualModem
    from simcom_async.virtual.faults import load_faults

    if request.config.getoption("--simcom-port") is not None:
        pytest.skip("needs a virtual modem, and --simcom-port names another one")
    wanted, options = _wanted(request)
    named = request.config.getoption("--simcom-dialect")
    if wanted is not None and named is not None and wanted != named:
        pytest.skip(f"is for the {wanted} dialect, and --simcom-dialect is {named}")
    file = options.pop("faults", None)
    faults = [] if file is None else load_faults(request.path.parent / file)
    async with VirtualModem(wanted or named or _DIALECT, **{"urc_delay": 0, **options}) as virtual:
        for fault in faults:
            virtual.faults.add(fault)
        yield virtual


@_fixture
async def modem(request: pytest.FixtureRequest, _simcom_port: str | HostEnd) -> AsyncIterator[Modem]:
    """An opened modem: the host's end of `virtual_modem`, or what ``--simcom-port`` names."""
    from simcom_async.modem import open_modem

    if not isinstance(_simcom_port, str):
        async with open_modem(_simcom_port, apn=_APN) as opened:
            yield opened
        return
    wanted, options = _wanted(request)
    if options:
        pytest.skip(f"needs a virtual modem with {', '.join(options)}, and --simcom-port names another one")
    async with open_modem(_simcom_port, dialect=request.config.getoption("--simcom-dialect")) as opened:
        if wanted not in (None, opened.dialect.name):
            pytest.skip(f"is for the {wanted} dialect, and the modem speaks {opened.dialect.name}")
        yield opened


@_fixture
async def http_site() -> AsyncIterator[HttpSite]:
    """A real web server on a free port of loopback; see ``HttpSite.publish``."""
    from simcom_async.sites import HttpSite

    async with HttpSite() as site:
        yield site


def _wanted(request: pytest.FixtureRequest) -> tuple[str | None, dict[str, Any]]:
    """The dialect and the options that the marker of this test asks for; the closest marker wins."""
    options: dict[str, Any] = {}
    for marker in request.node.iter_markers("simcom"):
        if marker.args:
            pytest.fail("@pytest.mark.simcom takes keyword arguments only: dialect='sim800', rssi=7", pytrace=False)
        options = {**marker.kwargs, **options}
    dialect = options.pop("dialect", None)
    return dialect, options
