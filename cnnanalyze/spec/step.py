"""Steps: one entry of a list of layers, with its operation told apart from its reserved words."""

from __future__ import annotations

from dataclasses import dataclass

from cnnanalyze.errors import Fault, Mark, SpecError
from cnnanalyze.spec.tree import Mapping, Scalar, Sequence, Tree

RESERVED = ("as", "from", "when", "else", "repeat", "share", "frozen", "weights", "for", "do")
"""The words of a step that are not operations."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: an operation with its arguments, or a ``for`` table with its steps."""

    word: str
    """The operation as written: a kind, an alias, a block, or an expression that gives one."""
    mark: Mark
    arguments: Tree | None = None
    name: Scalar | None = None
    sources: tuple[Scalar, ...] | None = None
    when: Scalar | None = None
    otherwise: Tree | None = None
    repeat: Scalar | None = None
    share: Scalar | None = None
    frozen: Scalar | None = None
    weights: Tree | None = None
    table: Mapping | None = None
    steps: Sequence | None = None


def read_step(tree: Tree) -> Step:
    """Tell the operation of a step apart from its reserved words.

    Raises
    ------
    SpecError
        If there is not exactly one operation, or a reserved word has the wrong form.
    """
    if isinstance(tree, Scalar):
        if not isinstance(tree.value, str):
            raise SpecError(Fault("a step must be a word such as 'relu' or a mapping", tree.mark))
        return Step(tree.value, tree.mark)
    if isinstance(tree, Sequence):
        raise SpecError(
            Fault(
                "a list is no step here; only the branches of a join are lists",
                tree.mark,
                help="join branches with 'add: [[...], [...]]' or 'concat: [[...], [...]]'",
            )
        )
    reserved: dict[str, Tree] = {}
    operations: list[tuple[Scalar, Tree]] = []
    for key, value in tree.entries:
        if key.text in RESERVED:
            reserved[key.text] = value
        else:
            operations.append((key, value))
    if "for" in reserved or "do" in reserved:
        return _read_table(tree, reserved, operations)
    if len(operations) != 1:
        if not operations:
            message = "a step needs an operation beside its reserved words"
        else:
            words = ", ".join(f"'{key.text}'" for key, _ in operations)
            message = f"a step must have exactly one operation, not {len(operations)}: {words}"
        mark = operations[1][0].mark if operations else tree.mark
        raise SpecError(
            Fault(
                message,
                mark,
                help="put attributes inside the operation: '- conv: {filters: 64, kernel: 3}'",
            )
        )
    key, arguments = operations[0]
    if isinstance(arguments, Scalar) and arguments.value is None:
        return Step(key.text, key.mark, None, **_read_reserved(reserved))  # type: ignore[arg-type]
    return Step(key.text, key.mark, arguments, **_read_reserved(reserved))  # type: ignore[arg-type]


def _read_table(
    tree: Mapping, reserved: dict[str, Tree], operations: list[tuple[Scalar, Tree]]
) -> Step:
    table, steps = reserved.pop("for", None), reserved.pop("do", None)
    if not isinstance(table, Mapping) or not isinstance(steps, Sequence):
        raise SpecError(
            Fault(
                "'for' needs a table of columns, and 'do' a list of steps",
                tree.mark,
                help="for: {width: [64, 128], stride: [1, 2]}\n        do: [...]",
            )
        )
    if operations:
        key = operations[0][0]
        raise SpecError(
            Fault(
                f"'{key.text}' cannot stand beside 'for'",
                key.mark,
                help="put it into the list under 'do'",
            )
        )
    for word, value in reserved.items():
        if word not in {"as", "when", "frozen"}:
            raise SpecError(Fault(f"'{word}' cannot stand beside 'for'", value.mark))
    return Step("for", tree.mark, table=table, steps=steps, **_read_reserved(reserved))  # type: ignore[arg-type]


def _read_reserved(reserved: dict[str, Tree]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for word, value in reserved.items():
        if word in {"else", "weights"}:
            fields["otherwise" if word == "else" else word] = value
        elif word == "from":
            fields["sources"] = _read_sources(value)
        elif isinstance(value, Scalar) and value.value is not None:
            fields[_FIELDS.get(word, word)] = value
        else:
            raise SpecError(Fault(f"'{word}' must be a single word or number", value.mark))
    if "otherwise" in fields and "when" not in fields:
        raise SpecError(Fault("'else' needs a 'when'", reserved["else"].mark))
    return fields


_FIELDS = {"as": "name"}


def _read_sources(tree: Tree) -> tuple[Scalar, ...]:
    if isinstance(tree, Scalar) and isinstance(tree.value, str):
        return (tree,)
    if isinstance(tree, Sequence) and tree.items:
        scalars = [i for i in tree.items if isinstance(i, Scalar) and isinstance(i.value, str)]
        if len(scalars) == len(tree.items):
            return tuple(scalars)
    raise SpecError(
        Fault(
            "'from' must name earlier steps",
            tree.mark,
            help="from: name, from: [a, b], or ^1, ^2 for one or two steps back",
        )
    )
