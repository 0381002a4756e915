"""Names of layer kinds: nobody outside of the kinds knows them; what a kind is, its traits say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import cnnanalyze.layers  # noqa: F401 - fills the registry
from cnnanalyze.layers.base import KINDS
from tests.architecture.source import PACKAGE, modules, parsed

NAMES = frozenset(word for word in KINDS.words() if "." not in word)
AT_HOME = (
    "layers/",
    "execute/",
    "core/conventions/tools.py",
    "exchange/",
    "exporting/",
    "comparison/conformance/attention.py",
    "comparison/conformance/normal_form.py",
    "comparison/conformance/operation.py",
    "comparison/conformance/patches.py",
    "comparison/conformance/windows.py",
)
"""The kinds and their tables, their kernels, what foreign tools count for each kind, how each is
said in other forms of networks, and which kinds are ways to write one another."""
ENGLISH = frozenset(
    {"add", "average", "bn", "convolution", "crop", "identity", "linear", "ln", "maximum"}
    | {"multiply", "none", "reshape", "scale", "shift", "slice"}
    | {"abs", "clip", "divide", "exp", "log", "minimum", "pad", "pow", "power", "sqrt", "subtract"}
)
"""Words of English, of arithmetic and of JSON Schema: names only where a kind is compared."""
ALLOWED = {
    "analysis/terms.py": "affine",  # how many numbers a norm holds of each channel
    "core/conventions/formula.py": "affine",  # the same as a term
    "core/conventions/convention.py": "softmax",  # a word in the name of a convention
    "course/explanations/kind_formulas.py": "tanh",  # a function in formulas
    "course/explanations/layer_questions.py": "dense separable",  # names of quantities
    "course/sheets/questions/topics.py": "attention dropout softmax",  # topics of sheets
    "drawing/labels.py": "conv",  # numbered names, as people and frameworks write them
    "exchange/folding/text.py": "batchnorm global_avgpool gap",  # what people write for them
    "report/lecture_tables.py": (  # words of lectures and of Keras
        "conv depthwise separable transposed_conv local_conv dense maxpool avgpool global_avgpool "
        "global_maxpool zeropad resize batchnorm layernorm groupnorm flatten dropout permute "
        "concat relu leaky_relu prelu softmax"
    ),
    "report/page/convolution.py": "dense",  # a key of a template
    "testing.py": "adaptive_avgpool conv dense",  # specs around a kind under test
}


def names_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield every text that is the name of a kind, or several, or that a kind is compared with."""
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)):
                words = text.split()
                if words and NAMES.issuperset(words) and not ENGLISH.issuperset(words):
                    yield from ((node.lineno, word) for word in words)
            case ast.Compare(left=left, comparators=others):
                sides = [left, *others]
                if any(isinstance(s, ast.Attribute) and s.attr == "kind" for s in sides):
                    given = {text for side in sides for text in texts(side)}
                    is_part = isinstance(left, ast.Constant) and left.value != "."
                    yield from ((node.lineno, t) for t in given if t in NAMES or is_part)
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Attribute(attr="kind"), attr="startswith" | "endswith"
                ),
                args=args,
            ):
                yield from ((node.lineno, text) for arg in args for text in texts(arg))
            case _:
                pass


def texts(node: ast.expr) -> Iterator[str]:
    """Yield the texts in an expression."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
            yield part.value


FILES = [
    path
    for path in modules(PACKAGE)
    if not path.relative_to(PACKAGE).as_posix().startswith(AT_HOME)
]


def found(path: Path) -> set[str]:
    return {word for _, word in names_in(parsed(path))}


def allowed(path: Path) -> set[str]:
    return set(ALLOWED.get(path.relative_to(PACKAGE).as_posix(), "").split())


def test_names_of_kinds_stand_with_the_kinds() -> None:
    wrong = {
        f"{path.relative_to(PACKAGE)}:{line}: '{word}'"
        for path in FILES
        for line, word in names_in(parsed(path))
        if word not in allowed(path)
    }
    assert sorted(wrong) == [], "ask for a trait of the kind: layer.traits, layer.is_any()"


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_allowed_is_needed(name: str) -> None:
    path = PACKAGE / name
    assert allowed(path) <= found(path)


@pytest.mark.parametrize(
    "code",
    [
        'node.kind == "conv"',
        'node.kind in {"add", "concat"}',
        '"pool" in layer.kind',
        'node.kind.startswith("global_")',
        'RELUS = frozenset({"relu", "relu6"})',
        'WORDS = {"maxpool": "max pool"}',
        '_POOLS = "maxpool avgpool"',
        'match kind:\n    case "dense":\n        pass',
    ],
)
def test_name_of_a_kind_is_found(code: str) -> None:
    assert list(names_in(ast.parse(code)))


@pytest.mark.parametrize("code", ['verb == "add"', '{"maximum": 1}', "kind.traits", '"a conv"'])
def test_other_text_is_none(code: str) -> None:
    assert not list(names_in(ast.parse(code)))
