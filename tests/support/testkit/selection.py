"""Test modules that a run without servers need not import: of each of their tests the text shows that it needs one.

To import what is deselected afterwards took most of the time of `make test-fast`. What cannot be seen in the text, such
as a fixture that another one asks for at run time, lets a module be imported, never be left out.
"""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeGuard

from testkit.checkout import ROOT

#: The folder of the modules that the root conftest.py takes in as plugins.
SHARED_FIXTURES = "tests/support/testkit/fixtures"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Fixtures:
    """What the fixtures of a module ask for, by their names, and which of them every test gets."""

    asked: Mapping[str, frozenset[str]]
    automatic: frozenset[str]

    def over(self, others: "Fixtures") -> "Fixtures":
        """These fixtures in front of others: one that asks for its own name asks for the other of that name."""
        known = dict(others.asked)
        for name, asked in self.asked.items():
            known[name] = asked | known.get(name, frozenset()) if name in asked else asked
        return Fixtures(known, self.automatic | others.automatic)


def needs(path: Path, fixtures: Iterable[str], marks: Iterable[str]) -> bool:
    """Whether every test of the module, or of all modules in the folder, has one of the fixtures or of the marks."""
    if path.is_dir():
        modules = list(path.rglob("test_*.py"))
        return bool(modules) and all(_module_needs(it, frozenset(fixtures), frozenset(marks)) for it in modules)
    return path.match("test_*.py") and _module_needs(path, frozenset(fixtures), frozenset(marks))


@cache
def _module_needs(file: Path, fixtures: frozenset[str], marks: frozenset[str]) -> bool:
    module = _parsed(file)
    if any(isinstance(it, ast.ClassDef) and it.name.startswith("Test") for it in module.body):
        return False
    if any(_assigns(it, "pytestmark") and not marks.isdisjoint(_marks(it.value)) for it in module.body):
        return True
    tests = [it for it in module.body if isinstance(it, Function) and it.name.startswith("test")]
    known = _fixtures_for(file)
    return bool(tests) and all(
        not marks.isdisjoint(_marks(*test.decorator_list)) or not fixtures.isdisjoint(_closure(known, test))
        for test in tests
    )


def _fixtures_for(file: Path) -> Fixtures:
    """The fixtures that a module sees: its own before those of its folder's conftest.py, and so on upwards."""
    return _fixtures_of(file).over(_fixtures_in(file.parent))


@cache
def _fixtures_in(folder: Path) -> Fixtures:
    above = _shared_fixtures() if folder == ROOT else _fixtures_in(folder.parent)
    source = folder / "conftest.py"
    return _fixtures_of(source).over(above) if source.exists() else above


def _shared_fixtures() -> Fixtures:
    found = Fixtures({}, frozenset())
    for source in (ROOT / SHARED_FIXTURES).glob("*.py"):
        found = _fixtures_of(source).over(found)
    return found


@cache
def _fixtures_of(file: Path) -> Fixtures:
    asked, automatic = {}, set()
    for function in _parsed(file).body:
        if isinstance(function, Function):
            for decorator in function.decorator_list:
                call = decorator.func if isinstance(decorator, ast.Call) else decorator
                if isinstance(call, ast.Attribute) and call.attr == "fixture":
                    asked[function.name] = _parameters(function)
                    if isinstance(decorator, ast.Call) and any(it.arg == "autouse" for it in decorator.keywords):
                        automatic.add(function.name)
    return Fixtures(asked, frozenset(automatic))


def _closure(known: Fixtures, test: Function) -> set[str]:
    """All fixtures that the test gets, those that others ask for among them."""
    seen: set[str] = set()
    given = _names(test.decorator_list, "parametrize")
    ahead = [*known.automatic, *(_parameters(test) - given), *_names(test.decorator_list, "usefixtures")]
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead += known.asked.get(name, ())
    return seen


def _parameters(function: Function) -> frozenset[str]:
    """The arguments that pytest fills in: those without a default."""
    arguments = function.args
    optional = len(arguments.defaults)
    given = arguments.args[: len(arguments.args) - optional]
    given += [it for it, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default is None]
    return frozenset(it.arg for it in given)


def _names(decorators: Iterable[ast.expr], mark: str) -> frozenset[str]:
    """The names that are in the texts among the mark's arguments."""
    return frozenset(
        name.strip()
        for decorator in decorators
        if isinstance(decorator, ast.Call) and mark in _marks(decorator)
        for argument in ast.walk(ast.Tuple(decorator.args))
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        for name in argument.value.split(",")
    )


def _marks(*nodes: ast.expr) -> set[str]:
    """The names of these marks: each one, called or not, and those of a list. Marks of single parameters are not."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.List | ast.Tuple):
            found |= _marks(*node.elts)
        it = node.func if isinstance(node, ast.Call) else node
        if isinstance(it, ast.Attribute) and isinstance(it.value, ast.Attribute) and it.value.attr == "mark":
            found.add(it.attr)
    return found


def _assigns(statement: ast.stmt, name: str) -> TypeGuard[ast.Assign]:
    return isinstance(statement, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == name for target in statement.targets
    )


@cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_bytes())
