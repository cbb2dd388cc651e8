"""The rules of shape that a reader cannot be expected to check by eye. Rings are import-linter's business."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "simcom_async"
SOURCES = sorted(PACKAGE.rglob("*.py"))

FUNCTION_LINES = 40
CLASS_LINES = 250
MODULE_LINES = 400
LINK_LINES = 250
PARAMETERS = 6

CORE = ("at", "commands", "dialects")
DECLARATIONS = ("commands", "dialects")
TOP = ("__main__", "cli", "pytest_plugin")
CORE_BANNED = {"anyio", "asyncio", "select", "selectors", "socket", "ssl", "subprocess", "threading", "time"}
SUFFIXES = ("Base", "Data", "Handler", "Helper", "Helpers", "Manager", "Util", "Utils")
SERIES = re.compile(r"sim(7000|7100|800|900)\w*", re.IGNORECASE)
MAY_NAME_A_SERIES = ("dialects", "cli")
OPTIONAL = {
    "aioftp",
    "aiohttp",
    "aiosmtplib",
    "click",
    "fsspec",
    "httpx",
    "httpx2",
    "nats",
    "opentelemetry",
    "prometheus_client",
    "pytest",
    "rich",
    "serial_asyncio",
    "serialx",
    "starlette",
    "textual",
    "trustme",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Check = Callable[[ast.Module, str], Iterator[str]]


def functions(tree: ast.Module) -> Iterator[Function]:
    """Every function and method, nested ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def ring(name: str) -> str:
    """The ring of a file, given relative to the package: ``at/codec.py`` is on ``at``."""
    return name.split("/")[0].removesuffix(".py")


def body_lines(function: Function) -> int:
    """Lines of a body, its docstring left out."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def long_functions(tree: ast.Module, name: str) -> Iterator[str]:
    """A function body has at most 40 lines."""
    for function in functions(tree):
        if body_lines(function) > FUNCTION_LINES:
            yield f"{function.name} has {body_lines(function)} lines"


def long_classes(tree: ast.Module, name: str) -> Iterator[str]:
    """A class has at most 250 lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and (lines := (node.end_lineno or 0) - node.lineno + 1) > CLASS_LINES:
            yield f"{node.name} has {lines} lines"


def long_modules(tree: ast.Module, name: str) -> Iterator[str]:
    """A module has at most 400 lines, the link 250."""
    limit = LINK_LINES if name == "link/link.py" else MODULE_LINES
    lines = tree.body[-1].end_lineno or 0 if tree.body else 0
    if lines > limit:
        yield f"{lines} lines, at most {limit}"


def many_parameters(tree: ast.Module, name: str) -> Iterator[str]:
    """A function takes at most 6 parameters by position; self, cls and keyword-only ones are not counted."""
    for function in functions(tree):
        taken = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
        count = len(taken) - (taken[:1] in (["self"], ["cls"], ["mcs"]))
        if count > PARAMETERS:
            yield f"{function.name} takes {count} parameters"


def undocumented(tree: ast.Module, name: str) -> Iterator[str]:
    """What is public has a docstring; an override has that of what it overrides."""
    if ast.get_docstring(tree) is None and not name.endswith("__main__.py"):
        yield "the module"
    yield from undocumented_in(tree, "")


def undocumented_in(scope: ast.Module | ast.ClassDef, prefix: str) -> Iterator[str]:
    """The public classes, functions and methods of a scope without a docstring."""
    for node in scope.body:
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_") or excused(node):
            continue
        if ast.get_docstring(node) is None:
            yield f"{prefix}{node.name}"
        if isinstance(node, ast.ClassDef):
            yield from undocumented_in(node, f"{prefix}{node.name}.")


def excused(node: Function | ast.ClassDef) -> bool:
    """Is the docstring elsewhere: at the overridden method, the getter, the implementation of an overload?"""
    names = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    return bool(names & {"override", "overload", "setter", "deleter"})


def pattern_names(tree: ast.Module, name: str) -> Iterator[str]:
    """Types are called by the field's words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name.endswith(SUFFIXES):
            yield node.name


def function_bodies(tree: ast.Module, name: str) -> Iterator[str]:
    """Declarations declare: no function, no lambda."""
    if ring(name) in DECLARATIONS:
        for node in ast.walk(tree):
            if isinstance(node, Function | ast.Lambda):
                yield f"line {node.lineno}: {getattr(node, 'name', 'lambda')}"


def core_imports(tree: ast.Module, name: str) -> Iterator[str]:
    """Below the line no I/O, no clock, no asyncio."""
    if ring(name) in CORE:
        yield from (module for module in imported(tree) if module.split(".")[0] in CORE_BANNED)


def imported(tree: ast.Module) -> Iterator[str]:
    """The modules that a file imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


def root_imports(tree: ast.Module, name: str) -> Iterator[str]:
    """Only what stands on top imports the package itself; all else names the module it needs."""
    if ring(name) not in TOP:
        yield from ("simcom_async" for module in imported(tree) if module == "simcom_async")


def series_tests(tree: ast.Module, name: str) -> Iterator[str]:
    """No code asks which module series it is: the dialect says what there is."""
    if ring(name) in MAY_NAME_A_SERIES:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare | ast.MatchValue) or is_string_test(node):
            yield from (f"line {node.lineno}: {text}" for text in texts(node) if SERIES.fullmatch(text))


def is_string_test(node: ast.AST) -> bool:
    """Is it a call such as ``name.startswith("sim8")``?"""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr in {"startswith", "endswith", "__eq__"}


def texts(node: ast.AST) -> Iterator[str]:
    """The string constants in a node."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


CHECKS: list[Check] = [
    long_functions,
    long_classes,
    long_modules,
    many_parameters,
    undocumented,
    pattern_names,
    function_bodies,
    core_imports,
    root_imports,
    series_tests,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_rule(check: Check) -> None:
    found = [
        f"{source.relative_to(PACKAGE.parent)}: {finding}"
        for source in SOURCES
        for finding in check(ast.parse(source.read_text("utf-8")), source.relative_to(PACKAGE).as_posix())
    ]
    assert not found, (check.__doc__ or "") + "\n" + "\n".join(found)


def lines(count: int, indent: str) -> str:
    return f"\n{indent}".join(["pass"] * count)


@pytest.mark.parametrize(
    ("check", "name", "good", "bad"),
    [
        (
            long_functions,
            "modem.py",
            f'def f():\n    """Long\n\n    words.\n    """\n    {lines(40, "    ")}',
            f"async def f():\n    {lines(41, '    ')}",
        ),
        (long_classes, "modem.py", f"class A:\n    {lines(249, '    ')}", f"class A:\n    {lines(250, '    ')}"),
        (long_modules, "modem.py", lines(400, ""), lines(401, "")),
        (long_modules, "link/link.py", lines(250, ""), lines(251, "")),
        (
            many_parameters,
            "modem.py",
            "class A:\n    def f(self, a, b, c, d, e, f, *, g, h): ...",
            "def f(a, b, c, d, e, f, g): ...",
        ),
        (undocumented, "modem.py", '"""Doc."""\ndef _f(): ...', "x = 1"),
        (
            undocumented,
            "modem.py",
            '"""Doc."""\nclass A:\n    """Doc."""\n    @override\n    def f(self): ...',
            '"""Doc."""\nclass A:\n    """Doc."""\n    def f(self): ...',
        ),
        (pattern_names, "modem.py", "class DataEntry: ...", "class ModemManager: ...\nclass SiteHandler: ..."),
        (function_bodies, "commands/http.py", "class HttpRead: ...", "class HttpRead:\n    def f(self): ..."),
        (function_bodies, "dialects/sim800.py", "SIM800 = 1", "SIM800 = lambda: 1"),
        (core_imports, "at/codec.py", "from datetime import time", "def f():\n    from time import monotonic"),
        (core_imports, "dialects/sim800.py", "import re", "import asyncio.events"),
        (root_imports, "link/link.py", "from simcom_async.at import event", "from simcom_async import Modem"),
        (series_tests, "sessions/http.py", 'open_modem("virtual:sim800")', 'if model == "sim800": ...'),
        (series_tests, "virtual/http.py", 'TABLE["SIM800"]', 'if name in ("SIM800", "SIM900"): ...'),
        (series_tests, "modem.py", 'name.startswith("+C")', 'name.startswith("SIM7100")'),
        (series_tests, "modem.py", "match x:\n    case 1: ...", 'match x:\n    case "sim7000": ...'),
    ],
)
def test_each_rule_passes_what_is_good_and_notices_what_is_bad(check: Check, name: str, good: str, bad: str) -> None:
    assert list(check(ast.parse(good), name)) == []
    assert list(check(ast.parse(bad), name)) != []


def test_it_looks_at_the_package() -> None:
    assert {"errors.py", "at/message.py", "sites/http.py"} <= {path.relative_to(PACKAGE).as_posix() for path in SOURCES}


def test_importing_the_package_loads_no_optional_package() -> None:
    program = "import sys, simcom_async; print(*sys.modules)"
    shown = subprocess.run(
        [sys.executable, "-c", program], cwd=PACKAGE.parent, capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in shown.stdout.split()}
    assert "simcom_async" in loaded
    assert loaded & OPTIONAL == set()
