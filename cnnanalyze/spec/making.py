"""Making layers: from what is written at a step, over the defaults, to a validated layer."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import ValidationError

from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import Mark
from cnnanalyze.layers.attributes import say
from cnnanalyze.layers.base import KINDS, Layer
from cnnanalyze.spec.expression import UNKNOWN
from cnnanalyze.spec.scope import Reading, Scope, Wire
from cnnanalyze.spec.step import Step
from cnnanalyze.spec.tree import Mapping, Scalar, Sequence, Tree, plain


@dataclass
class Maker:
    """Makes the layer of a step; equal layers are one object."""

    reading: Reading
    made: dict[object, Layer] = field(default_factory=dict)
    """Layers by kind and attributes."""
    constant: dict[tuple[int, int], Layer | None] = field(default_factory=dict)
    """Layers whose arguments hold no expression, by the place where they are written."""
    held: list[Step] = field(default_factory=list)
    """Keeps the ids in the keys of ``constant`` alive."""

    def make(self, cls: type[Layer], step: Step, scope: Scope, first: Wire) -> Layer | None:
        """Return the layer of a step with its attributes, defaults filled in."""
        key = (id(step), id(scope.defaults[-1]) if scope.defaults else 0)
        if key in self.constant:
            return self.constant[key]
        trees = self.attributes(cls, step, scope)
        if trees is None:
            return None
        inner = scope.bind(**{"in": first.channels}) if _holds_expression(trees) else scope
        values = {name: self.reading.value(tree, inner) for name, (tree, _) in trees.items()}
        if any(value is UNKNOWN for value in values.values()):
            return None
        made = self.build(cls, values, {n: mark for n, (_, mark) in trees.items()}, step, scope)
        if not _holds_expression(trees):
            self.constant[key] = made
            self.held.append(step)
        return made

    def attributes(
        self, cls: type[Layer], step: Step, scope: Scope
    ) -> dict[str, tuple[Tree, Mark]] | None:
        """Return what is written for each attribute: the step's own over the defaults."""
        trees: dict[str, tuple[Tree, Mark]] = {}
        for defaults in scope.defaults:
            for key, section in defaults.entries:
                if isinstance(section, Mapping) and KINDS.canonical(key.text) == cls.kind:
                    trees.update({k.text: (v, v.mark) for k, v in section.entries})
        given = step.arguments
        if isinstance(given, Mapping):
            names = tuple(cls.model_fields)
            for k, v in given.entries:
                if k.text not in names:
                    self.reading.fault(
                        f"'{step.word}' has no attribute '{k.text}'; it takes "
                        f"{', '.join(names) or 'none'}{nearest(k.text, names)}",
                        k.mark,
                        scope,
                    )
                    return None
                trees[k.text] = (v, v.mark)
        elif given is not None:
            if not cls.principal:
                self.reading.fault(
                    f"'{step.word}' takes no bare value, but {say(plain(given))} is given",
                    given.mark,
                    scope,
                    help=f"it takes {', '.join(cls.model_fields) or 'no attributes'}",
                )
                return None
            trees[cls.principal] = (given, given.mark)
        return trees

    def build(
        self,
        cls: type[Layer],
        values: dict[str, object],
        marks: dict[str, Mark],
        step: Step,
        scope: Scope,
    ) -> Layer | None:
        """Validate attributes; equal layers are made once."""
        frozen = {name: _freeze(value) for name, value in values.items()}
        key = (cls, *sorted((n, type(v), v) for n, v in frozen.items() if n)) if frozen else cls
        try:
            if (known := self.made.get(key)) is not None:
                return known
        except TypeError:  # an attribute that cannot be hashed is not shared
            key = object()
        try:
            made = cls.model_validate(frozen)
        except ValidationError as error:
            self.refuse_attributes(cls, error, marks, step, scope)
            return None
        self.made[key] = made
        return made

    def refuse_attributes(
        self,
        cls: type[Layer],
        error: ValidationError,
        marks: dict[str, Mark],
        step: Step,
        scope: Scope,
    ) -> None:
        for e in error.errors(include_url=False):
            where = str(e["loc"][0]) if e["loc"] else ""
            if e["type"] == "missing":
                self.reading.fault(
                    f"'{step.word}' needs '{where}'",
                    step.mark,
                    scope,
                    help=f"{where}: {cls.model_fields[where].description}",
                )
                continue
            text = e.get("ctx", {}).get("text") or e["msg"][:1].lower() + e["msg"][1:]
            self.reading.fault(f"{where or step.word} {text}", marks.get(where, step.mark), scope)


def _freeze(value: object) -> object:
    return tuple(_freeze(v) for v in value) if isinstance(value, list) else value


def _holds_expression(trees: dict[str, tuple[Tree, Mark]]) -> bool:
    return any(_is_expression(tree) for tree, _ in trees.values())


def _is_expression(tree: Tree) -> bool:
    if isinstance(tree, Scalar):
        return type(tree.value) is str and "$" in tree.value
    if isinstance(tree, Sequence):
        return any(map(_is_expression, tree.items))
    return any(_is_expression(v) for _, v in tree.entries)
