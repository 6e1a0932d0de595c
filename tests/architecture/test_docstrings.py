"""First words of docstrings: in packages a verb or a noun phrase; in tests whatever begins a sentence of its own."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "/".join(folder.relative_to(ROOT).parts[:2]): folder
    for tree in ("libs", "services", "tools", "deploy")
    for folder in sorted((ROOT / tree).glob("*/src"))
}

#: Words that lean on another sentence or on knowledge of the code. "Whether …" is fine: it states what True means.
FORBIDDEN = re.compile(r"(?:What|Whatever|Who|Whom|Whoever|Whose|Of|As|The same|Where|How|Here|Those|Else)\b", re.ASCII)

#: Words with which a sentence goes on from the test's name.
CONTINUES = re.compile(
    r"(?:Of|As|The same|How|However|Whatever|Whichever|Where|Here|Those|Else|And|Also|Nor|But|Or|Then|So)\b", re.ASCII
)


def docstrings(file: Path) -> Iterator[tuple[int, str]]:
    """The line and the text of each docstring in a file."""
    for node in statements(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text is not None:
                yield node.body[0].lineno, text


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yields a module or statement and all statements inside. Expressions, ten times as many, hold no docstring."""
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield from statements(child)


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_docstrings_begin_with_a_verb_or_a_noun(package: str) -> None:
    """None begins with a question word or leans on the line before it."""
    found = [
        f"{file.relative_to(ROOT)}:{line}: {text.splitlines()[0]}"
        for file in sorted(PACKAGES[package].rglob("*.py"))
        for line, text in docstrings(file)
        if FORBIDDEN.match(text)
    ]
    assert not found, "\n".join(found)


def test_docstrings_of_tests_are_sentences_of_their_own() -> None:
    """A reader understands each without the name of its test."""
    folders = [
        ROOT / "tests",
        *(folder for tree in ("libs", "services", "tools", "deploy") for folder in (ROOT / tree).glob("*/tests")),
    ]
    found = [
        f"{file.relative_to(ROOT)}:{line}: {text.splitlines()[0]}"
        for folder in folders
        for file in sorted(folder.rglob("*.py"))
        if "last_version" not in file.parts
        for line, text in docstrings(file)
        if CONTINUES.match(text)
    ]
    assert not found, "\n".join(found)
