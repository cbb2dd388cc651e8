"""The plugin, as other people's tests use it: in test runs of their own, in either mode of pytest-asyncio."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from simcom_async.modem import Modem
from simcom_async.sites import HttpSite
from simcom_async.virtual import VirtualModem

#: Interpreters are started here, which takes seconds on a busy machine.
pytestmark = pytest.mark.timeout(120)

pytest_plugins = ["pytester"]

INI = """
[pytest]
asyncio_mode = {mode}
asyncio_default_fixture_loop_scope = function
filterwarnings = error
addopts = --strict-markers --strict-config -p no:cacheprovider
"""
MODES = ("strict", "auto")


async def test_the_fixtures_work_here(modem: Modem, virtual_modem: VirtualModem, http_site: HttpSite) -> None:
    """The project's own tests use them as anybody's do."""
    response = await modem.http.get(http_site.publish("/a", b"plugged in"))
    assert response.body == b"plugged in"
    assert virtual_modem.options.urc_delay == 0


@pytest.mark.simcom(rssi=7, urc_delay=0.01, seed=3)
async def test_the_marker_works_here(modem: Modem, virtual_modem: VirtualModem) -> None:
    assert (await modem.network.signal()).rssi == 7
    assert virtual_modem.options.urc_delay == 0.01
    assert virtual_modem.options.imei != "869951030000008"


@pytest.fixture(params=MODES)
def project(pytester: pytest.Pytester, request: pytest.FixtureRequest) -> pytest.Pytester:
    """A project of its own, in one of the modes."""
    pytester.makefile(".ini", pytest=INI.format(mode=request.param))
    return pytester


@pytest.fixture
def plain(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project of its own, where the mode does not matter."""
    pytester.makefile(".ini", pytest=INI.format(mode="strict"))
    return pytester


def passed(project: pytest.Pytester, source: str, *options: str, **outcomes: int) -> pytest.RunResult:
    project.makepyfile(source)
    ran = project.runpytest_inprocess(*options)
    ran.assert_outcomes(**(outcomes or {"passed": 1}))
    assert ran.ret == 0
    return ran


def test_the_fixtures_in_either_mode(project: pytest.Pytester) -> None:
    source = """
        import pytest

        @pytest.mark.asyncio
        async def test_a_download(modem, http_site):
            response = await modem.http.get(http_site.publish("/a", 1000))
            assert (response.status, len(response.body)) == (200, 1000)

        @pytest.mark.asyncio
        @pytest.mark.simcom(dialect="sim800", rssi=7)
        async def test_the_marker(modem, virtual_modem):
            assert (await modem.network.signal()).rssi == 7
            virtual_modem.reset()

        @pytest.mark.simcom(operator="Whole class", rssi=1)
        class TestMarked:
            @pytest.mark.asyncio
            @pytest.mark.simcom(rssi=2)
            async def test_the_closest_marker_wins(self, modem):
                assert await modem.network.operator() == "Whole class"
                assert (await modem.network.signal()).rssi == 2

        def test_without_a_modem():
            pass
    """
    passed(project, source, passed=4)


def test_public_context_managers_in_fixtures(project: pytest.Pytester) -> None:
    """Enter and exit run in different tasks there: no cancel scope may be open in between (law 12)."""
    source = """
        import pytest, pytest_asyncio
        import simcom_async
        from simcom_async.cli.bridge import Bridge
        from simcom_async.link.link import Link
        from simcom_async.dialects import SIM800
        from simcom_async.ports import memory_line
        from simcom_async.sites import HttpSite, ProxySite, RawSite

        @pytest_asyncio.fixture
        async def virtual():
            async with simcom_async.VirtualModem("sim800", urc_delay=0) as virtual:
                yield virtual

        @pytest_asyncio.fixture
        async def modem(virtual):
            async with simcom_async.open_modem(await virtual.open_pty(), apn="internet") as modem:
                yield modem

        @pytest_asyncio.fixture
        async def servers():
            async with HttpSite() as site, ProxySite() as proxy, RawSite() as raw:
                yield site

        @pytest_asyncio.fixture
        async def stream(modem, servers):
            async with modem.http.stream("GET", servers.publish("/a", 5000)) as response:
                yield response

        @pytest_asyncio.fixture
        async def events(modem):
            async with modem.events(simcom_async.Event) as events:
                yield events

        @pytest_asyncio.fixture
        async def link(virtual):
            async with Link(virtual.port(), SIM800) as link:
                yield link

        @pytest_asyncio.fixture
        async def claim(link):
            with link.claim(simcom_async.Service.HTTP) as claim:
                yield claim

        @pytest_asyncio.fixture
        async def bridge():
            async with Bridge(memory_line()[0], memory_line()[0]) as bridge:
                yield bridge

        @pytest.mark.asyncio
        async def test_they_work(stream, events, link, claim, bridge):
            assert len(await stream.read()) == 5000
            assert (await link.send(simcom_async.RawCommand.of("+CSQ"))) == ("+CSQ: 21,0",)
            await events.get(5)
    """
    passed(project, source)


def test_a_test_that_fails_leaves_nothing_behind(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.mark.asyncio
        async def test_it(modem, http_site):
            http_site.gate.shut(after=10)
            async with modem.http.stream("GET", http_site.publish("/a", 300_000), timeout=0.3):
                pass

        @pytest.mark.asyncio
        async def test_the_next_one(modem):
            assert await modem.at("+CSQ")
        """
    )
    ran = project.runpytest_inprocess()
    ran.assert_outcomes(passed=1, failed=1)
    assert "never" not in ran.stdout.str()


def test_a_file_of_faults(project: pytest.Pytester) -> None:
    """It stands next to the test, wherever the run was begun."""
    folder = project.mkpydir("inner")
    script = '[[fault]]\nkind = "drop-line"\ncommand = "+CSQ"\ntext = "+CSQ"\n'
    (folder / "missing.toml").write_text(script)
    (folder / "wrong.toml").write_text('[[fault]]\nkind = "split"\nsize = 0\n')
    (folder / "test_it.py").write_text(
        textwrap.dedent(
            """
            import pytest

            @pytest.mark.asyncio
            @pytest.mark.simcom(faults="missing.toml", seed=7)
            async def test_it(modem, virtual_modem):
                assert len(virtual_modem.faults) == 1
                assert await modem.at("+CSQ") == ()
                assert await modem.at("+CSQ") == ("+CSQ: 21,0",)

            @pytest.mark.asyncio
            @pytest.mark.simcom(faults="wrong.toml")
            async def test_a_wrong_one(modem):
                pass
            """
        )
    )
    ran = project.runpytest_inprocess()
    ran.assert_outcomes(passed=1, errors=1)
    ran.stdout.fnmatch_lines(["*UsageError: *wrong.toml: line 3: split: size = 0: *"])
    ran = project.runpytest_inprocess("--simcom-port", "virtual:sim800", "-rs")
    ran.assert_outcomes(skipped=2)


def test_on_another_modem(plain: pytest.Pytester) -> None:
    """``virtual:`` stands for hardware: the same tests, and those skipped that need what it cannot be told."""
    source = """
        import pytest

        @pytest.mark.asyncio
        async def test_it(modem):
            assert (await modem.network.signal()).rssi == 9

        @pytest.mark.asyncio
        @pytest.mark.simcom(dialect="sim800")
        async def test_its_dialect(modem):
            assert modem.dialect.name == "sim800"

        @pytest.mark.asyncio
        @pytest.mark.simcom(dialect="sim7100")
        async def test_another_dialect(modem):
            pass

        @pytest.mark.asyncio
        @pytest.mark.simcom(pin="1234")
        async def test_what_hardware_cannot_be_told(modem):
            pass

        @pytest.mark.asyncio
        async def test_the_virtual_modem_itself(virtual_modem):
            pass
    """
    ran = passed(plain, source, "--simcom-port", "virtual:sim800?urc_delay=0&rssi=9", "-rs", passed=2, skipped=3)
    ran.stdout.fnmatch_lines(["*is for the sim7100 dialect*", "*needs a virtual modem with pin*"], consecutive=False)


def test_the_dialect_can_be_forced(plain: pytest.Pytester) -> None:
    source = """
        import pytest

        @pytest.mark.asyncio
        async def test_it(modem):
            assert modem.dialect.name == "general"

        @pytest.mark.asyncio
        @pytest.mark.simcom(dialect="sim800")
        async def test_another_one(modem):
            pass
    """
    passed(plain, source, "--simcom-dialect", "general", "--simcom-port", "virtual:sim800", passed=1, skipped=1)
    passed(plain, source.replace('== "general"', 'in ("general", "sim800")'), "--simcom-dialect", "sim800", passed=2)
    virtual = """
        import pytest

        @pytest.mark.asyncio
        @pytest.mark.simcom(dialect="sim800")
        async def test_another_one(virtual_modem):
            pass
    """
    passed(plain, virtual, "--simcom-dialect", "general", skipped=1)


def test_a_marker_that_is_used_wrongly(plain: pytest.Pytester) -> None:
    plain.makepyfile(
        """
        import pytest

        @pytest.mark.asyncio
        @pytest.mark.simcom("sim800")
        async def test_it(modem):
            pass
        """
    )
    ran = plain.runpytest_inprocess()
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(["*takes keyword arguments only*"])


def test_the_marker_and_the_options_are_explained(plain: pytest.Pytester) -> None:
    assert "simcom(dialect='sim800', faults='FILE', **options)" in plain.runpytest_inprocess("--markers").stdout.str()
    shown = plain.runpytest_inprocess("--help").stdout.str()
    assert "--simcom-port" in shown
    assert "--simcom-dialect" in shown


def test_without_pytest_asyncio_only_the_fixtures_fail(pytester: pytest.Pytester) -> None:
    """Whoever has the library for something else must not lose their test run to it."""
    pytester.makepyfile(
        """
        def test_something_else():
            pass

        def test_it(modem):
            pass
        """
    )
    hidden = "import sys; sys.modules['pytest_asyncio'] = None; import pytest; sys.exit(pytest.main(sys.argv[1:]))"
    options = ("-p", "no:asyncio", "-p", "simcom_async.pytest_plugin", "-p", "no:cacheprovider")
    ran = pytester.run(
        sys.executable, "-c", f"import os; os.environ['PYTEST_DISABLE_PLUGIN_AUTOLOAD'] = '1'; {hidden}", *options
    )
    ran.assert_outcomes(passed=1, errors=1)
    ran.stdout.fnmatch_lines(["*pytest-asyncio is not installed: install simcom-async[[]pytest[]]*"])


def test_importing_it_loads_no_server_and_no_virtual_modem() -> None:
    program = "import sys, simcom_async.pytest_plugin; print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(shown.stdout.split())
    assert "simcom_async.pytest_plugin" in loaded
    heavy = {"aiohttp", "click", "rich", "serial_asyncio", "trustme", "simcom_async.sites", "simcom_async.virtual"}
    assert loaded & heavy == set()


def test_the_traffic_before_an_error_is_in_the_report_of_a_failed_test(plain: pytest.Pytester) -> None:
    plain.makepyfile(
        """
        import pytest

        from simcom_async.virtual.faults import Reset

        @pytest.mark.asyncio
        async def test_that_fails(modem, virtual_modem):
            virtual_modem.faults.add(Reset(command="+CREG"))
            await modem.at("+CREG?")

        @pytest.mark.asyncio
        async def test_that_fails_by_itself(modem):
            assert await modem.at("+CSQ") == ()

        @pytest.mark.asyncio
        async def test_that_expects_it(modem, virtual_modem):
            virtual_modem.faults.add(Reset(command="+CREG"))
            with pytest.raises(ConnectionError):
                await modem.at("+CREG?")
        """
    )
    ran = plain.runpytest_inprocess()
    ran.assert_outcomes(failed=3)
    shown = ran.stdout.str()
    assert shown.count("traffic of the modem") == 2  # the third test expects another error
    ran.stdout.fnmatch_lines(["*traffic of the modem*", "the last traffic of *", "*> AT+CREG[?]*", "*! the error"])
