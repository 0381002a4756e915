"""Nothing passes without being computed: whatever is changed in a file changes the outcome."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree
from cnnanalyze.course.lectures.agreement import agrees
from cnnanalyze.course.lectures.facts import Fact
from cnnanalyze.course.lectures.recompute import recompute
from tests.course.lectures.lectures import IDS, examined, networks, read

pytestmark = pytest.mark.sampled(12)

FACTS = [fact for name in IDS for fact in read(name).facts if fact.ask is not None]
HOLDING = [fact.id for fact in FACTS if fact.verdict == "holds"]
WRONG = [fact.id for fact in FACTS if fact.verdict == "wrong"]


def fact(name: str) -> Fact:
    return next(f for f in read(name[:3]).facts if f.id == name)


def other(leaf: Scalar) -> Scalar:
    """Return a number that is more in its first digit, or another word, or no for yes."""
    if isinstance(leaf.value, bool):
        return Scalar(not leaf.value, str(not leaf.value).lower(), leaf.plain, leaf.mark)
    for place, char in enumerate(leaf.text):
        if char.isdigit():
            digit = "3" if char == "9" else str(int(char) + 1)
            text = leaf.text[:place] + digit + leaf.text[place + 1 :]
            return Scalar(text, text, leaf.plain, leaf.mark)
    return Scalar(f"no {leaf.text}", f"no {leaf.text}", leaf.plain, leaf.mark)


def mutants(tree: Tree) -> Iterator[Tree]:
    """Yield what is printed with one of its numbers changed, for every number."""
    match tree:
        case Scalar():
            yield other(tree)
        case Sequence():
            for place, item in enumerate(tree.items):
                for changed in mutants(item):
                    items = (*tree.items[:place], changed, *tree.items[place + 1 :])
                    yield Sequence(items, tree.mark)
        case Mapping():
            for place, (key, value) in enumerate(tree.entries):
                for changed in mutants(value):
                    entries = (*tree.entries[:place], (key, changed), *tree.entries[place + 1 :])
                    yield Mapping(entries, tree.mark)


@pytest.mark.sampled(40)
@pytest.mark.parametrize("name", HOLDING)
def test_no_other_number_holds(name: str) -> None:
    found = next(r for r in examined(name[:3]).rows if r.fact.id == name)
    assert found.fact.printed is not None
    changed = list(mutants(found.fact.printed))
    assert changed
    for mutant in changed:
        assert not agrees(mutant, found.computed, found.fact.within)


def with_(one: Fact, **changes: Any) -> Fact:
    return one.model_copy(update=changes)


@pytest.mark.parametrize("name", ["000-14M", "001-frame-00", "002-12f", "003-ce", "004-760"])
def test_a_changed_number_fails(name: str) -> None:
    one = fact(name)
    assert one.printed is not None
    assert recompute(one, networks()).outcome == "holds"
    changed = with_(one, printed=next(mutants(one.printed)))
    assert recompute(changed, networks()).outcome == "fails"


@pytest.mark.parametrize("name", WRONG)
def test_an_error_that_is_none_is_found(name: str) -> None:
    one = fact(name)
    mended = recompute(with_(one, printed=one.right), networks())
    assert mended.outcome == "right though marked wrong"
    assert not mended.is_fine


@pytest.mark.parametrize("name", WRONG)
def test_another_right_number_is_refused(name: str) -> None:
    one = fact(name)
    assert one.right is not None
    for mutant in mutants(one.right):
        assert recompute(with_(one, right=mutant), networks()).outcome in {
            "explained wrongly",
            "right though marked wrong",
        }


@pytest.mark.parametrize("name", [f.id for f in FACTS if f.verdict == "wrong" and f.slip])
def test_a_slip_explains_the_printed_number_alone(name: str) -> None:
    one = fact(name)
    assert one.printed is not None
    for mutant in mutants(one.printed):
        changed = recompute(with_(one, printed=mutant), networks())
        assert changed.outcome in {"explained wrongly", "right though marked wrong"}


def test_a_fact_without_its_question_is_not_computed() -> None:
    one = fact("000-25")
    found = recompute(with_(one, ask=None), networks())
    assert (found.outcome, found.computed) == ("not checked", None)
