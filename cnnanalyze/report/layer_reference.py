"""Layer kinds explained: what one does, takes and holds, with examples computed while one reads."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import cleandoc
from typing import Any

from cnnanalyze.characters import cells, pad, wrap
from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import UsageError
from cnnanalyze.language.translation import of_kind
from cnnanalyze.language.vocabulary import words_of
from cnnanalyze.layers.attributes import say
from cnnanalyze.layers.base import KINDS, Example, Layer
from cnnanalyze.layers.traits import Category, Trait
from cnnanalyze.report.json import plain
from cnnanalyze.report.numbers import exact

Kind = type[Layer]


def find(name: str) -> Kind:
    """Return the kind of a name or alias, or refuse it with the nearest known."""
    found = KINDS.get(name)
    if found is None:
        meant = of_kind(name, (), KINDS.words())
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
    return cls.kind.partition(".")[0] if cls.category is Category.OTHER else str(cls.category)


TITLES: dict[str, str] = {
    Category.CONVOLUTION: "Convolution",
    Category.TRANSPOSED_CONVOLUTION: "Transposed convolution",
    Category.POOLING: "Pooling",
    Category.DENSE: "Dense layers",
    Category.NORMALISATION: "Normalisation",
    Category.ACTIVATION: "Activation",
    Category.JOIN: "Joining branches",
    Category.SHAPE: "Shape",
    Category.REARRANGEMENT: "Rearranging",
    Category.RESIZING: "Resizing",
    Category.REGULARISATION: "Regularisation",
}


@dataclass(frozen=True, slots=True)
class Worked:
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


def work(cls: Kind, example: Example) -> Worked:
    """Compute an example by the rules."""
    shapes = []
    for text in example.inputs:
        *size, channels = map(int, text.split("x"))
        shapes.append(Shape(tuple(size), channels))
    layer = cls.model_validate(example.attributes)
    output = layer.shape(*shapes)
    return Worked(example, output, layer.params(*shapes), layer.cost(output, *shapes))


def _lines(cls: Kind) -> tuple[str, str]:
    """Return the first line of the documentation, and the rest of it."""
    first, _, rest = cleandoc(cls.__doc__ or "").partition("\n\n")
    return " ".join(first.split()), rest


def _attributes(cls: Kind) -> list[tuple[str, str, str, str]]:
    """Return name, words for the type, default and description of every attribute."""
    return [
        (
            name,
            words_of(info),
            "required" if info.is_required() else say(info.default),
            info.description or "",
        )
        for name, info in cls.model_fields.items()
    ]


def _traits(cls: Kind) -> str:
    """Return what the kind is, as rules and drawings see it."""
    words = [t.value.replace("_", " ") for t in Trait if t in cls.traits]
    return f"Traits: {', '.join(words)}." if words else ""


def _tensors(worked: tuple[Worked, ...]) -> list[str]:
    """Return the tensors of the first example that has any."""
    for one in worked:
        if one.params:
            return [
                f"{p.role} {'x'.join(map(str, p.shape))}{'' if p.trainable else ', not trainable'}"
                for p in one.params
            ]
    return []


def _written(cls: Kind, example: Example) -> str:
    """Return an example's layer as a step of a spec."""
    given = ", ".join(f"{n}: {_value(v)}" for n, v in example.attributes.items())
    return f"{cls.kind}: {{{given}}}" if given else cls.kind


def _value(value: Any) -> str:  # noqa: ANN401
    return value if isinstance(value, str) else say(value)


def _inputs(cls: Kind) -> str:
    least, most = cls.arity
    if (least, most) == (1, 1):
        return ""
    return f"{least} or more inputs" if most is None else f"{least} to {most} inputs"


# --- text -----------------------------------------------------------------------------------------


def all_text() -> str:
    """Return all kinds, a line for each."""
    widest = max(len(_names(cls)) for cls in KINDS)
    parts = []
    for name, kinds in families().items():
        lines = [f"  {_names(cls):{widest}}  {_plain(cls)}" for cls in kinds]
        parts.append("\n".join((TITLES.get(name, name), *lines)))
    return "\n\n".join(parts) + "\n\n'cnnanalyze layers KIND' explains one of them.\n"


def _plain(cls: Kind) -> str:
    return _lines(cls)[0].replace("``", "")


def _names(cls: Kind) -> str:
    return f"{cls.kind} ({', '.join(cls.aliases)})" if cls.aliases else cls.kind


def one_text(cls: Kind, width: int = 80) -> str:
    """Return one kind, explained."""
    first, rest = (text.replace("``", "") for text in _lines(cls))
    rest = "\n\n".join(_filled(part, width) for part in rest.split("\n\n"))
    worked = tuple(work(cls, e) for e in cls.examples)
    parts = [f"{_names(cls)} · {TITLES.get(family_of(cls), family_of(cls))}", first]
    if rest:
        parts.append(rest)
    if inputs := _inputs(cls):
        parts.append(f"Takes {inputs}.")
    if traits := _traits(cls):
        parts.append(traits)
    if attributes := _attributes(cls):
        parts.append("Attributes\n" + _aligned([(n, d, f"{w}; {t}") for n, t, d, w in attributes]))
        if cls.principal:
            parts.append(f"A bare value gives {cls.principal}: '- {cls.kind}: ...'.")
    if tensors := _tensors(worked):
        parts.append("Tensors, in the first example that has any\n" + _indent(tensors))
    if worked:
        parts.append("Worked examples, printed and computed")
        parts += [_example_text(cls, one) for one in worked]
    return "\n\n".join(parts) + "\n"


def _filled(paragraph: str, width: int) -> str:
    """Return a paragraph in lines of a width; lists and code stay as they are."""
    if any(line.startswith(("- ", "* ", " ")) for line in paragraph.split("\n")):
        return paragraph
    return "\n".join(wrap(paragraph, width))


def _aligned(rows: list[tuple[str, str, str]]) -> str:
    first = max(cells(r[0]) for r in rows)
    second = max(cells(r[1]) for r in rows)
    return "\n".join(f"  {pad(a, first)}  {pad(b, second)}  {c}" for a, b, c in rows)


def _indent(lines: list[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)


def _example_text(cls: Kind, one: Worked) -> str:
    example = one.example
    lines = [f"{' and '.join(example.inputs)} into {_written(cls, example)}"]
    lines += [
        f"  {quantity}: printed {printed}, computed {computed}"
        for quantity, printed, computed in one.figures
    ]
    lines.append(f"  source: {example.source}")
    if example.note:
        lines.append(f"  note: {example.note}")
    return _indent(lines)


# --- Markdown -------------------------------------------------------------------------------------


_ABOUT = (
    "`cnnanalyze layers KIND` prints one of them. Every figure of the worked examples was "
    "printed by "
    "the source that it names; the computed one stands beside it."
)


def all_markdown() -> str:
    """Return the reference page of all kinds."""
    parts = [
        "# Layer kinds",
        _ABOUT,
    ]
    for name, kinds in families().items():
        parts.append(f"## {TITLES.get(name, name)}")
        parts += [one_markdown(cls, level=3).rstrip("\n") for cls in kinds]
    return "\n\n".join(parts) + "\n"


def one_markdown(cls: Kind, level: int = 1) -> str:
    """Return one kind as Markdown."""
    first, rest = (text.replace("``", "`") for text in _lines(cls))
    worked = tuple(work(cls, e) for e in cls.examples)
    parts = [f"{'#' * level} {cls.kind}", first]
    if cls.aliases:
        parts.append(f"Also written {', '.join(f'`{a}`' for a in cls.aliases)}.")
    if rest:
        parts.append(rest)
    if inputs := _inputs(cls):
        parts.append(f"Takes {inputs}.")
    if traits := _traits(cls):
        parts.append(traits)
    if attributes := _attributes(cls):
        rows = [
            f"| `{name}` | {_pipe(types)} | {_pipe(default)} | {_pipe(words)} |"
            for name, types, default, words in attributes
        ]
        parts.append(
            "\n".join(("| attribute | type | default | meaning |", "|---|---|---|---|", *rows))
        )
        if cls.principal:
            parts.append(f"A bare value gives `{cls.principal}`: `- {cls.kind}: ...`.")
    if tensors := _tensors(worked):
        parts.append(f"Tensors, in the first example that has any: {'; '.join(tensors)}.")
    if worked:
        rows = [
            f"| {' and '.join(one.example.inputs)} | `{_pipe(_written(cls, one.example))}` "
            f"| {quantity} | {printed} | {computed} | {_pipe(_source(one.example))} |"
            for one in worked
            for quantity, printed, computed in one.figures
        ]
        parts.append(
            "\n".join(
                (
                    "| input | layer | quantity | printed | computed | source |",
                    "|---|---|---|--:|--:|---|",
                    *rows,
                )
            )
        )
    return "\n\n".join(parts) + "\n"


def _source(example: Example) -> str:
    return f"{example.source}; {example.note}" if example.note else example.source


def _pipe(text: str) -> str:
    return text.replace("|", "\\|")


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
        "summary": _lines(cls)[0],
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


def _example_dict(one: Worked) -> dict[str, Any]:
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
