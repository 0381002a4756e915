"""Making layers: from what is written at a step, over the defaults, to a validated layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from cnnanalyze.core.binding import complaint
from cnnanalyze.core.diagnostics import quoted, said
from cnnanalyze.core.spelling import offered
from cnnanalyze.core.tree import Mapping, Sequence, Tree
from cnnanalyze.errors import Mark
from cnnanalyze.language.error_recovery import Layers, layers_like
from cnnanalyze.language.expression import UNKNOWN
from cnnanalyze.language.scope import Scope, SpecReading, Wire
from cnnanalyze.language.step import RESERVED, Step, has_expression
from cnnanalyze.language.synonyms import of_attribute, of_value
from cnnanalyze.layers.attributes import as_tuples
from cnnanalyze.layers.base import KINDS, Layer

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


class LayerFactory:
    """Makes the layer of a step; equal layers are one object."""

    def __init__(self, reading: SpecReading) -> None:
        self.reading = reading
        self.made: dict[object, Layer] = {}
        """Layers by kind and attributes."""
        self.defaults: dict[int, tuple[Mapping, dict[str, list[Mapping]]]] = {}
        """Defaults by kind; the mapping is kept so that its id stays its own."""
        self.constant: dict[tuple[int, int], tuple[Step, Layer]] = {}
        """Layers whose arguments hold no expression, by the step and the innermost defaults.

        The step is kept so that its id stays its own.
        """
        self.written: dict[int, tuple[Step, dict[str, Mark]]] = {}
        """The places of the values that stand at a step, by attribute, as above."""

    def places(self, cls: type[Layer], step: Step) -> dict[str, Mark]:
        """Return where the values of a step's attributes are written."""
        known = self.written.get(id(step))
        if known is None:
            found = {} if step.written is None else step.written.places(cls.principal)
            known = self.written[id(step)] = (step, found)
        return known[1]

    def make(self, cls: type[Layer], step: Step, scope: Scope, first: Wire) -> Layers:
        """Return the layer of a step with its attributes, defaults filled in.

        If a fault hides it, two come back that it may be, or nothing.
        """
        key = (id(step), id(scope.defaults[-1]) if scope.defaults else 0)
        if (known := self.constant.get(key)) is not None and type(known[1]) is cls:
            return (known[1],)
        trees, is_right = self.attributes(cls, step, scope)
        expressive = any(map(has_expression, trees.values()))
        inner = scope.reading(first) if expressive else scope
        values = {name: self.reading.value(tree, inner) for name, tree in trees.items()}
        told = {n: v for n, v in values.items() if v is not UNKNOWN and n in cls.model_fields}
        # What a misspelt name was meant for may be what is missing.
        made = self.build(cls, told, trees, step, scope, is_whole=is_right)
        if made is None or len(told) < len(values) or not is_right:
            return layers_like(cls, {n: as_tuples(v) for n, v in told.items()})
        if not expressive:
            self.constant[key] = (step, made)
        return (made,)

    def sections(self, defaults: Mapping) -> dict[str, list[Mapping]]:
        """Return the sections of defaults by the kind that they speak of, looked up once."""
        known = self.defaults.get(id(defaults))
        if known is None:
            found: dict[str, list[Mapping]] = {}
            for key, section in defaults.entries:
                if isinstance(section, Mapping):
                    found.setdefault(KINDS.canonical(key.text), []).append(section)
            known = self.defaults[id(defaults)] = (defaults, found)
        return known[1]

    def attributes(
        self, cls: type[Layer], step: Step, scope: Scope
    ) -> tuple[dict[str, Tree], bool]:
        """Return what is written for each attribute, the step's own over the defaults.

        With it comes whether everything that is written there is an attribute.
        """
        trees: dict[str, Tree] = {}
        for defaults in scope.defaults:
            for section in self.sections(defaults).get(cls.kind, ()):
                trees.update({k.text: v for k, v in section.entries})
        names = tuple(cls.model_fields)
        is_right = trees.keys() <= set(names)  # else that is told where the defaults are written
        given = step.arguments
        if given is None or (is_join(cls) and isinstance(given, Sequence)):
            return trees, is_right
        takes = offered("it takes", names, "attributes")
        if isinstance(given, Mapping):
            unknown = [key for key, _ in given.entries if key.text not in names]
            for key in unknown:
                meant = of_attribute(key.text, names, RESERVED)
                self.reading.fault(
                    f"'{step.word}' has no attribute '{key.text}'; {takes}{meant.hint}",
                    key.mark,
                    scope,
                    help=f"'{meant.beside}' stands beside the operation: "
                    + (
                        f"{{{step.word}: , from: [...]}}"
                        if meant.beside == "from" and is_join(cls)
                        else f"{{{step.word}: ..., {meant.beside}: ...}}"
                    )
                    if meant.beside
                    else meant.help,
                    code="SP003",
                )
            trees.update({k.text: v for k, v in given.entries if k.text in names})
            return trees, is_right and not unknown
        if not cls.principal:
            self.reading.fault(
                f"'{step.word}' takes no bare value, but {said(given)} is given",
                given.mark,
                scope,
                help=takes,
                code="SP005",
            )
            return trees, False
        trees[cls.principal] = given
        return trees, is_right

    def judge_defaults(self, section: Mapping, scope: Scope) -> None:
        """Note defaults that no layer of their kind could have."""
        for key, given in section.entries:
            cls = KINDS.get(key.text)
            if cls is None or not isinstance(given, Mapping):
                continue  # told where the section is read
            trees = {k.text: v for k, v in given.entries if k.text in cls.model_fields}
            values = {name: self.reading.value(tree, scope) for name, tree in trees.items()}
            told = {name: value for name, value in values.items() if value is not UNKNOWN}
            step = Step(key.text, key.mark)
            self.build(cls, told, trees, step, scope, is_whole=False)

    def build(
        self,
        cls: type[Layer],
        values: dict[str, object],
        trees: dict[str, Tree],
        step: Step,
        scope: Scope,
        *,
        is_whole: bool,
    ) -> Layer | None:
        """Validate the attributes that are known; equal layers are made once."""
        frozen = {name: as_tuples(value) for name, value in values.items()}
        # By their text, since 1, 1.0 and true are equal but not equally right.
        key = (cls, repr(sorted(frozen.items())))
        if (known := self.made.get(key)) is not None:
            return known
        try:
            made = cls.model_validate(frozen)
        except ValidationError as error:
            errors = error.errors(include_url=False)
            if not is_whole or len(values) < len(trees):
                # How attributes stand to each other is not known while one of them is not.
                errors = [e for e in errors if e["loc"] and e["type"] != "relation"]
            missing = [str(e["loc"][0]) for e in errors if e["type"] == "missing"]
            if is_whole and (missing := [name for name in missing if name not in trees]):
                self.miss(cls, missing, step, scope)
            self.refuse([e for e in errors if e["type"] != "missing"], trees, step, scope)
            return None
        self.made[key] = made
        return made

    def miss(self, cls: type[Layer], missing: list[str], step: Step, scope: Scope) -> None:
        """Note which attributes a layer needs that are not written."""
        self.reading.fault(
            f"'{step.word}' needs {quoted(missing)}",
            step.mark,
            scope,
            help="; ".join(f"{n}: {cls.model_fields[n].description}" for n in missing),
            code="SP015",
        )

    def refuse(
        self, errors: list[ErrorDetails], trees: dict[str, Tree], step: Step, scope: Scope
    ) -> None:
        """Note what is wrong with the attributes that are written."""
        for e in errors:
            where = str(e["loc"][0]) if e["loc"] else ""
            mark = trees[where].mark if where in trees else step.mark
            code = e.get("ctx", {}).get("code", "SP005")
            self.reading.fault(
                f"{where or step.word} {complaint(e)}",
                mark,
                scope,
                help=of_value(where, e["input"]),
                code=code,
            )


def is_join(cls: type[Layer]) -> bool:
    """Whether layers of a kind take several inputs, and thus branches."""
    most = cls.arity[1]
    return most is None or most > 1
