"""Steps: one entry of a list of layers, with its operation told apart from its reserved words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from cnnanalyze.core.diagnostics import show_tree, show_value
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree, is_empty
from cnnanalyze.errors import Fault, Mark, SpecError
from cnnanalyze.graph.node import Node, Origin
from cnnanalyze.layers.base import KINDS

RESERVED = ("as", "from", "when", "else", "repeat", "share", "frozen", "weights", "for", "do")
"""The words of a step that are not operations."""


class Written(NamedTuple):
    """A step as it stands in the text."""

    key: Scalar
    """The word of the operation."""
    arguments: Tree | None = None
    """What stands behind it."""
    step: Mapping | None = None
    """The mapping with its reserved words; nothing if the step is a single word."""
    siblings: Sequence | None = None
    """The list that it stands in; nothing if it stands by itself, as behind ``else``."""

    def places(self, principal: str) -> dict[str, Mark]:
        """Return where the values of its attributes stand; a bare value is the principal one."""
        if isinstance(self.arguments, Mapping):
            return {key.text: value.mark for key, value in self.arguments.entries}
        return {principal: self.arguments.mark} if principal and self.arguments is not None else {}


class Row(NamedTuple):
    """A row of a table, for which a step is laid out."""

    columns: Mapping
    """The columns as they stand in the text."""
    place: int
    """Its place in each of them, from 0."""


@dataclass(frozen=True, slots=True)
class StepOrigin(Origin):
    """Where a node came from that a spec describes: besides the places, the step itself."""

    written: Written | None = None
    rows: tuple[Row, ...] = ()
    """The rows of the tables in which the step stands, the outermost first."""


def written_of(node: Node) -> Written | None:
    """Return the step that a node was made from, as it stands in the text, if in one.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 9x7x2, layers: [relu, {dropout: 0.2, as: drop}]}")
    >>> written_of(net["drop"]).arguments.value, len(written_of(net["relu1"]).siblings.items)
    (0.2, 2)
    """
    return node.origin.written if isinstance(node.origin, StepOrigin) else None


def rows_of(node: Node) -> tuple[Row, ...]:
    """Return the rows of tables that a node was made for, within its block."""
    return node.origin.rows if isinstance(node.origin, StepOrigin) else ()


class Step(NamedTuple):
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
    has_expression: bool = False
    """Whether a ``$`` stands in its operation or in a reserved word: then ``$in`` must be known."""
    written: Written | None = None
    """The text of an operation; nothing for a table."""


def read_step(tree: Tree, siblings: Sequence | None = None) -> Step:
    """Tell the operation of a step apart from its reserved words.

    Parameters
    ----------
    tree
        What is written.
    siblings
        The list that it stands in.

    Raises
    ------
    SpecError
        If there is not exactly one operation, or a reserved word has the wrong form.
    """
    if isinstance(tree, Scalar):
        if not isinstance(tree.value, str):
            raise SpecError(
                Fault(
                    "a step must be a word such as 'relu' or a mapping, "
                    f"not {show_value(tree.value)}",
                    tree.mark,
                )
            )
        written = Written(tree, siblings=siblings)
        return Step(tree.value, tree.mark, has_expression="$" in tree.value, written=written)
    if isinstance(tree, Sequence):
        raise SpecError(
            Fault(
                "a list is not a step; only the branches of a join are lists",
                tree.mark,
                help="join branches with 'add: [[...], [...]]' or 'concat: [[...], [...]]', "
                "and put several steps that belong together into a block",
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
        raise SpecError(_operations_fault(tree, operations))
    key, arguments = operations[0]
    given = None if is_empty(arguments) else arguments
    expressive = "$" in key.text or any(
        has_expression(value) for word, value in reserved.items() if word != "else"
    )
    return Step(
        key.text,
        key.mark,
        given,
        **_read_reserved(reserved),
        has_expression=expressive,
        written=Written(key, arguments, tree, siblings),
    )


def has_expression(tree: Tree) -> bool:
    """Whether a ``$`` stands anywhere in what is written."""
    if isinstance(tree, Scalar):
        return type(tree.value) is str and "$" in tree.value
    if isinstance(tree, Sequence):
        return any(map(has_expression, tree.items))
    return any(has_expression(value) for _, value in tree.entries)


def _operations_fault(tree: Mapping, operations: list[tuple[Scalar, Tree]]) -> Fault:
    from cnnanalyze.layers.synonyms import near_key, of_attribute  # noqa: PLC0415 - for faults only

    if not operations:
        return Fault(
            "a step needs an operation besides its reserved words",
            tree.mark,
            help="such as 'conv' in {conv: {filters: 64, kernel: 3}, as: stem}",
        )
    words = ", ".join(f"'{key.text}'" for key, _ in operations)
    # A word that is no layer kind, and close to a reserved one, was meant to be that.
    odd, hint = operations[1][0], ""
    for key, _ in operations:
        if key.text not in KINDS.words() and (near := near_key(key.text, "beside", RESERVED)):
            odd, hint = key, near
    help_text = (
        "put attributes inside the operation, as in {conv: {filters: 64, kernel: 3}}; "
        f"only {', '.join(RESERVED[:-2])} are allowed beside it"
    )
    known = [KINDS.get(key.text) for key, _ in operations if key.text in KINDS.words()]
    for key, _ in operations:
        if known and not hint and key.text not in KINDS.words():
            names = tuple(known[0].model_fields) if known[0] is not None else ()
            meant = of_attribute(key.text, names)
            if key.text not in names and meant.help:
                odd, help_text = key, meant.help
                break
    return Fault(
        f"a step must have exactly one operation, not {len(operations)}: {words}{hint}",
        odd.mark,
        help=help_text,
        code="SP003" if hint else "",
    )


def _read_table(
    tree: Mapping, reserved: dict[str, Tree], operations: list[tuple[Scalar, Tree]]
) -> Step:
    table, steps = reserved.pop("for", None), reserved.pop("do", None)
    if not isinstance(table, Mapping) or not table.entries or not isinstance(steps, Sequence):
        raise SpecError(
            Fault(
                "'for' needs a table of columns, and 'do' a list of steps",
                tree.mark if table is None or steps is None else _wrong_part(table, steps).mark,
                help="as in {for: {width: [64, 128], stride: [1, 2]}, do: [...]}",
            )
        )
    if operations:
        key = operations[0][0]
        raise SpecError(
            Fault(
                f"'{key.text}' is not allowed beside 'for'",
                key.mark,
                help="put it into the list under 'do'",
            )
        )
    for word, value in reserved.items():
        if word not in {"as", "when", "else", "frozen"}:
            raise SpecError(
                Fault(
                    f"'{word}' is not allowed beside 'for'",
                    value.mark,
                    help="put it on a step under 'do'; 'for' takes as, when, else, frozen",
                )
            )
    return Step(
        "for",
        tree.mark,
        table=table,
        steps=steps,
        **_read_reserved(reserved),
        has_expression=True,
    )


def _wrong_part(table: Tree, steps: Tree) -> Tree:
    return steps if isinstance(table, Mapping) and table.entries else table


_FIELDS = {"as": "name", "from": "sources", "else": "otherwise"}
_FORMS = {
    "as": "a name",
    "when": "a condition such as '$stride != 1'",
    "repeat": "a number",
    "share": "the name of an earlier step",
    "frozen": "true or false",
}


def _read_reserved(reserved: dict[str, Tree]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for word, value in reserved.items():
        if word == "from":
            fields["sources"] = _read_sources(value)
        elif word in {"else", "weights"} or _is_fit(word, value):
            fields[_FIELDS.get(word, word)] = value
        else:
            raise SpecError(
                Fault(f"'{word}' must be {_FORMS[word]}, not {show_tree(value)}", value.mark)
            )
    if "otherwise" in fields and "when" not in fields:
        raise SpecError(
            Fault(
                "'else' needs a 'when'",
                reserved["else"].mark,
                help="as in {conv: ..., when: $stride != 1, else: identity}",
            )
        )
    return fields


def _is_fit(word: str, value: Tree) -> bool:
    if not isinstance(value, Scalar) or value.value is None:
        return False
    return word not in {"as", "share"} or isinstance(value.value, str)


def _read_sources(tree: Tree) -> tuple[Scalar, ...]:
    items = tree.items if isinstance(tree, Sequence) else (tree,)
    names = tuple(i for i in items if isinstance(i, Scalar) and isinstance(i.value, str))
    if names and len(names) == len(items):
        return names
    raise SpecError(
        Fault(
            f"'from' must name earlier steps, not {show_tree(tree)}",
            tree.mark,
            help="from: name, from: [a, b], or ^1, ^2 for one or two steps back",
        )
    )
