"""The sections that are read into models: training and lint settings."""

from typing import Any, TypeVar, get_origin

from pydantic import Field, ValidationError

from cnnanalyze.core.registry import nearest
from cnnanalyze.core.section import Section
from cnnanalyze.errors import Mark
from cnnanalyze.language.diagnostics import Faults, said
from cnnanalyze.language.tree import Mapping, Scalar, Sequence, Tree, plain
from cnnanalyze.layers.attributes import Number, choice, complaint


class Lint(Section):
    """Which lint rules speak up for this spec."""

    profile: choice("default", "teaching", "strict") = Field(  # type: ignore[valid-type]
        default="default", description="the rules to begin with"
    )
    select: tuple[str, ...] = Field(
        default=(), description="rules that are on, instead of the profile's"
    )
    extend_select: tuple[str, ...] = Field(default=(), description="additional rules")
    ignore: tuple[str, ...] = Field(default=(), description="rules that are off")
    severity: dict[str, choice("error", "warning", "info")] = Field(  # type: ignore[valid-type]
        default_factory=dict, description="other severities, by rule"
    )
    thresholds: dict[str, dict[str, Number]] = Field(
        default_factory=dict, description="other numbers for conditions, by rule"
    )
    target: str | None = Field(default=None, description="the hardware whose rules are added")


AnySection = TypeVar("AnySection", bound=Section)


def read_section(
    cls: type[AnySection], tree: Tree | None, name: str, faults: Faults
) -> AnySection | None:
    """Read a section into its class; what is wrong is noted at its place."""
    if tree is None:
        return None
    if not isinstance(tree, Mapping):
        faults.add(f"'{name}' must be a mapping, not {said(tree)}", tree.mark)
        return None
    values: dict[str, Any] = {}
    known = tuple(cls.model_fields)
    for key, value in tree.entries:
        if key.text not in known:
            faults.add(
                f"'{name}' has no '{key.text}'; it takes {', '.join(known)}"
                f"{nearest(key.text, known)}",
                key.mark,
                code="SP003",
            )
        elif not (isinstance(value, Scalar) and value.value is None):
            values[key.text] = _data(value, cls.model_fields[key.text].annotation)
    try:
        return cls.model_validate(values)
    except ValidationError as error:
        for e in error.errors(include_url=False):
            where, mark = _place(tree, e["loc"])
            if e["type"] == "missing":
                field = cls.model_fields[where]
                faults.add(
                    f"'{name}' needs '{where}'",
                    mark,
                    help=f"{where}: {field.description}",
                    code="SP015",
                )
            else:
                faults.add(f"'{where}' of '{name}' {complaint(e)}", mark, code="SP005")
        return None


def _data(tree: Tree, annotation: object) -> object:
    """Return what is written as plain data; lists are tuples, and one word is a list of one."""
    data = plain(tree)
    if isinstance(data, list):
        return tuple(data)
    is_list = get_origin(annotation) is tuple
    return (data,) if is_list and isinstance(data, str) else data


def _place(tree: Mapping, location: tuple[int | str, ...]) -> tuple[str, Mark]:
    """Return the key that an error speaks of, and the place of the innermost value it names."""
    level: Tree = tree
    for part in location:
        inner: Tree | None = None
        if isinstance(level, Mapping):
            inner = level.get(str(part))
        elif isinstance(level, Sequence) and isinstance(part, int):
            inner = level.items[part]
        if inner is None:
            break
        level = inner
    return str(location[0]), level.mark
