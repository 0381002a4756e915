"""Public names explain themselves: what goes in, what comes out, what is refused, an example."""

from __future__ import annotations

import ast
import inspect
import re
from textwrap import dedent
from typing import Any

import pytest

import cnnanalyze as cnn

THINGS = {name: getattr(cnn, name) for name in cnn.__all__}
FUNCTIONS = {name: thing for name, thing in THINGS.items() if inspect.isfunction(thing)}
CLASSES = {name: thing for name, thing in THINGS.items() if inspect.isclass(thing)}
NEVER_FAILS = {"zoo"}


def sections(doc: str) -> dict[str, str]:
    """Return the sections of a docstring in the convention of NumPy."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}\n", inspect.cleandoc(doc), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def entries(section: str) -> dict[str, str]:
    """Return what a section names, each with its words."""
    found = re.split(r"^(?=\S)", section.strip(), flags=re.MULTILINE)[1:]
    return {
        name.strip().partition(" : ")[0].lstrip("*"): words.strip()
        for head, _, words in (entry.partition("\n") for entry in found)
        for name in head.split(",")
    }


def public_members(cls: type) -> dict[str, Any]:
    return {
        name: member
        for name, member in vars(cls).items()
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property))
    }


def fields(cls: type) -> dict[str, str]:
    """Return the public fields that a class declares, each with the text that stands below it."""
    (body,) = ast.parse(dedent(inspect.getsource(cls))).body
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for node, below in zip(body.body, [*body.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            is_text = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
            text = below.value.value if is_text else ""  # type: ignore[union-attr]
            if not node.target.id.startswith("_"):
                found[node.target.id] = str(text)
    return found


def test_names_are_functions_and_classes() -> None:
    assert set(FUNCTIONS) | set(CLASSES) == set(THINGS)
    assert len(FUNCTIONS) >= 12
    assert len(CLASSES) >= 17


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_function_says_what_goes_in_comes_out_and_is_refused(name: str) -> None:
    function = FUNCTIONS[name]
    found = sections(function.__doc__ or "")
    parameters = set(inspect.signature(function).parameters)
    assert set(entries(found.get("Parameters", ""))) == parameters
    assert all(entries(found.get("Parameters", "")).values())
    assert found["Returns"].strip()
    assert ("Raises" in found) is (name not in NEVER_FAILS)
    assert ">>> " in found["Examples"]


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_class_has_an_example_and_explains_its_fields(name: str) -> None:
    cls = CLASSES[name]
    found = sections(cls.__doc__ or "")
    assert ">>> " in found["Examples"]
    explained = {**entries(found.get("Attributes", "")), **entries(found.get("Parameters", ""))}
    assert [
        field for field, text in fields(cls).items() if not (text or explained.get(field))
    ] == []


@pytest.mark.parametrize(
    ("name", "member"),
    [(name, member) for name, cls in sorted(CLASSES.items()) for member in public_members(cls)],
)
def test_member_is_explained(name: str, member: str) -> None:
    assert (public_members(CLASSES[name])[member].__doc__ or "").strip()


@pytest.mark.parametrize("name", sorted(THINGS))
def test_text_has_no_markup_of_another_tool(name: str) -> None:
    thing = THINGS[name]
    texts = [thing.__doc__ or ""]
    if inspect.isclass(thing):
        texts += [member.__doc__ or "" for member in public_members(thing).values()]
        texts += fields(thing).values()
    assert re.findall(r":\w+:`", "".join(texts)) == []


def test_sections_are_told_apart() -> None:
    def example(a: int, *more: int) -> int:
        """Add.

        Parameters
        ----------
        a
            The first.
        *more
            The others.

        Returns
        -------
        int
            The sum.
        """
        return a + sum(more)

    found = sections(example.__doc__ or "")
    assert list(found) == ["Parameters", "Returns"]
    assert entries(found["Parameters"]) == {"a": "The first.", "more": "The others."}
    assert entries("stride, padding\n    As in a spec.\n") == {
        "stride": "As in a spec.",
        "padding": "As in a spec.",
    }
