"""Layer kinds explained: what one does, takes and holds, with examples computed while one reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import UsageError
from cnnanalyze.language.foreign_steps import of_step
from cnnanalyze.language.vocabulary import words_of
from cnnanalyze.layers.base import KINDS, Example, Layer
from cnnanalyze.layers.traits import Category, Trait
from cnnanalyze.report import document
from cnnanalyze.report.document import (
    Block,
    Content,
    Document,
    Facts,
    Items,
    Paragraph,
    Tabular,
    paragraphs,
    prose,
)
from cnnanalyze.report.json import plain
from cnnanalyze.report.numbers import exact
from cnnanalyze.report.table import Heading, Table, cells_of

Kind = type[Layer]


def find(name: str) -> Kind:
    """Return the kind of a name or alias, or refuse it with the nearest known."""
    found = KINDS.get(name)
    if found is None:
        meant = of_step(name, KINDS.words())
        raise UsageError(
            f"there is no layer kind '{name}'{meant.hint}",
            help=meant.help or "'cnnanalyze layers' lists them",
        )
    return found


def families() -> dict[str, list[Kind]]:
    """Return all kinds by family, the families in the order of a network's layers."""
    found: dict[str, list[Kind]] = {}
    for cls in KINDS:
        found.setdefault(family_of(cls), []).append(cls)
    ordered = [*TITLES, *sorted(found.keys() - TITLES.keys())]
    return {name: found[name] for name in ordered if name in found}


def family_of(cls: Kind) -> str:
    """Return the category of a kind; of one of another package that declares none, the package."""
    package, dot, _ = cls.kind.partition(".")
    return package if dot and cls.category is Category.OTHER else str(cls.category)


TITLES: dict[str, str] = {
    Category.CONVOLUTION: "Convolution",
    Category.TRANSPOSED_CONVOLUTION: "Transposed convolution",
    Category.POOLING: "Pooling",
    Category.DENSE: "Dense layers",
    Category.SEQUENCE: "Sequences",
    Category.NORMALISATION: "Normalisation",
    Category.ACTIVATION: "Activation",
    Category.JOIN: "Joining branches",
    Category.SHAPE: "Shape",
    Category.REARRANGEMENT: "Rearranging",
    Category.RESIZING: "Resizing",
    Category.REGULARISATION: "Regularisation",
    Category.ATTENTION: "Attention and tokens",
    Category.OTHER: "Other kinds",
}


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """A worked example with what the rules compute for it."""

    example: Example
    output: Shape
    params: tuple[Param, ...]
    cost: Cost | None

    @property
    def figures(self) -> tuple[tuple[str, str, str], ...]:
        """Quantity, printed figure, computed figure; only what was printed."""
        given = self.example
        rows = [("output", given.output, str(self.output))]
        if given.parameters is not None:
            computed = sum(p.size for p in self.params)
            rows.append(("parameters", exact(given.parameters), exact(computed)))
        if given.macs is not None:
            counted = "?" if self.cost is None else exact(self.cost.mac)
            rows.append(("MACs", exact(given.macs), counted))
        return tuple(rows)


def work(cls: Kind, example: Example) -> WorkedExample:
    """Compute an example by the rules."""
    shapes = []
    for text in example.inputs:
        *size, channels = map(int, text.split("x"))
        shapes.append(Shape(tuple(size), channels))
    layer = cls.model_validate(example.attributes)
    output = layer.shape(*shapes)
    return WorkedExample(example, output, layer.params(*shapes), layer.cost(output, *shapes))


def _tensors(worked: tuple[WorkedExample, ...]) -> tuple[str, ...]:
    """Return the tensors of the first example that has any."""
    params = next((one.params for one in worked if one.params), ())
    return tuple(
        f"{p.role} {'x'.join(map(str, p.shape))}{'' if p.trainable else ', not trainable'}"
        for p in params
    )


def _written(cls: Kind, example: Example) -> str:
    """Return an example's layer as a step of a spec."""
    given = ", ".join(f"{n}: {_value(v)}" for n, v in example.attributes.items())
    return f"{cls.kind}: {{{given}}}" if given else cls.kind


def _value(value: Any) -> str:  # noqa: ANN401
    return value if isinstance(value, str) else show_value(value)


def _inputs(cls: Kind) -> str:
    least, most = cls.arity
    if (least, most) == (1, 1):
        return ""
    return f"Takes {least} or more inputs." if most is None else f"Takes {least} to {most} inputs."


# --- documents ------------------------------------------------------------------------------------

_ABOUT = (
    "`cnnanalyze layers KIND` explains one of them. Every figure of the worked examples was "
    "printed by the source that it names; the computed one is beside it."
)
_ATTRIBUTES = (
    Heading("name", "attribute", "left", is_code=True),
    Heading("default", "default", "left"),
    Heading("description", "meaning", "left"),
    Heading("type", "type", "left"),
)
_EXAMPLES = (
    Heading("layer", "layer", "left", is_code=True),
    Heading("input", "input", "left"),
    Heading("printed", "printed", "left"),
    Heading("computed", "computed", "left"),
    Heading("source", "source", "left"),
)


def contents(*, whole: bool = False) -> Document:
    """Return all kinds: a line for each, or everything that is to be said of each."""
    blocks: list[Content] = [document.Heading("Layer kinds"), Paragraph(prose(_ABOUT))]
    for family, kinds in families().items():
        blocks.append(document.Heading(TITLES.get(family, family), 2))
        if whole:
            blocks += [block for cls in kinds for block in explained(cls, 3).blocks]
        else:
            blocks.append(Facts(tuple((_names(cls), prose(_first(cls))) for cls in kinds)))
    return Document("Layer kinds", tuple(blocks), all_dict)


def explained(cls: Kind, level: int = 1) -> Document:
    """Return one kind, explained; as a part of a page its family is said above it."""
    family = family_of(cls)
    worked = tuple(work(cls, e) for e in cls.examples)
    first, *rest = map(prose, paragraphs(cls.__doc__))
    traits = ", ".join(t.value.replace("_", " ") for t in Trait if t in cls.traits)
    said = [
        first,
        prose(f"Also written {', '.join(f'`{a}`' for a in cls.aliases)}.") if cls.aliases else "",
        *rest,
        _inputs(cls),
        f"Traits: {traits}." if traits else "",
    ]
    blocks: list[Block] = [
        document.Heading(cls.kind, level, TITLES.get(family, family) if level == 1 else ""),
        *(Paragraph(text) for text in said if text),
    ]
    if cls.model_fields:
        rows = [
            (
                n,
                "required" if f.is_required() else show_value(f.default),
                f.description or "",
                words_of(f),
            )
            for n, f in cls.model_fields.items()
        ]
        blocks.append(Tabular(_table(_ATTRIBUTES, rows), "Attributes"))
    if cls.principal:
        blocks.append(
            Paragraph(prose(f"`- {cls.kind}: ...` gives `{cls.principal}` without its name."))
        )
    if tensors := _tensors(worked):
        blocks.append(Items(tensors, "Tensors, in the first example that has any"))
    if worked:
        examples = (_example_row(cls, one) for one in worked)
        blocks.append(Tabular(_table(_EXAMPLES, examples), "Worked examples, printed and computed"))
    return Document(cls.kind, tuple(blocks), lambda: to_dict(cls))


def _first(cls: Kind) -> str:
    return paragraphs(cls.__doc__)[0]


def _names(cls: Kind) -> str:
    return f"{cls.kind} ({', '.join(cls.aliases)})" if cls.aliases else cls.kind


def _table(headings: tuple[Heading, ...], rows: Iterable[Iterable[str]]) -> Table:
    return Table(headings, tuple(cells_of(*row) for row in rows))


def _example_row(cls: Kind, one: WorkedExample) -> tuple[str, ...]:
    example = one.example
    return (
        _written(cls, example),
        " and ".join(example.inputs),
        *(", ".join(f"{q} {numbers[i]}" for q, *numbers in one.figures) for i in range(2)),
        f"{example.source}; {example.note}" if example.note else example.source,
    )


# --- data -----------------------------------------------------------------------------------------


def all_dict() -> dict[str, Any]:
    """Return all kinds as plain data."""
    return {
        "schema": VERSIONS["layers"],
        "kinds": [_dict(cls) for kinds in families().values() for cls in kinds],
    }


def to_dict(cls: Kind) -> dict[str, Any]:
    """Return one kind as plain data."""
    return {"schema": VERSIONS["layers"], **_dict(cls)}


def _dict(cls: Kind) -> dict[str, Any]:
    least, most = cls.arity
    return {
        "kind": cls.kind,
        "aliases": list(cls.aliases),
        "family": family_of(cls),
        "traits": sorted(map(str, cls.traits)),
        "formula": cls.formula or None,
        "summary": _first(cls),
        "documentation": cleandoc(cls.__doc__ or ""),
        "inputs": {"least": least, "most": most},
        "principal": cls.principal or None,
        "attributes": [
            {
                "name": name,
                "type": words_of(info),
                "required": info.is_required(),
                "default": None if info.is_required() else plain(info.default),
                "description": info.description or "",
            }
            for name, info in cls.model_fields.items()
        ],
        "examples": [_example_dict(work(cls, e)) for e in cls.examples],
    }


def _example_dict(one: WorkedExample) -> dict[str, Any]:
    example = one.example
    return {
        "inputs": list(example.inputs),
        "attributes": plain(example.attributes),
        "printed": {
            "output": example.output,
            "parameters": example.parameters,
            "macs": example.macs,
        },
        "computed": {
            "output": str(one.output),
            "parameters": sum(p.size for p in one.params),
            "macs": None if one.cost is None else one.cost.mac,
        },
        "tensors": [
            {"role": p.role, "shape": list(p.shape), "trainable": p.trainable} for p in one.params
        ],
        "source": example.source,
        "note": example.note,
    }
