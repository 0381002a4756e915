"""The library: the blocks that are found, and how their instances become calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cnnanalyze.exchange.folding.generalisation import Aligned, Generalisation
from cnnanalyze.exchange.folding.step import Forms, Step, Steps, nested
from cnnanalyze.exchange.folding.text import Block


class Library:
    """Blocks by their names."""

    def __init__(self) -> None:
        self.blocks: dict[str, Block] = {}
        self.forms = Forms()

    def copy(self) -> Library:
        """Return a library with the same blocks, to which others may be added."""
        found = Library()
        found.blocks, found.forms = dict(self.blocks), self.forms
        return found

    def add(
        self, name: str, instances: Sequence[Aligned], inputs: tuple[str, ...] = ()
    ) -> list[Step]:
        """Make a block of lists that are alike; return the call that stands for each of them.

        Parameters
        ----------
        name
            What it is called.
        instances
            The lists.
        inputs
            The names of its inputs, if there are several.

        Raises
        ------
        Unfit
            If they cannot be written as one.
        """
        entries = [_there(instance)[0].read for instance in instances]
        found = Generalisation(entries, is_block=True)
        steps = found.steps(instances)
        params = {param: found.params[param] for param in sorted(found.params, key=_is_flag)}
        name = self.free(name)
        self.blocks[name] = Block(tuple(params), steps, _defaults(params), inputs)
        return [
            _call(name, _there(instance), {p: values[k] for p, values in params.items()})
            for k, instance in enumerate(instances)
        ]

    def free(self, name: str) -> str:
        """Return a name that no block has."""
        number = 1
        while (found := f"{name}{NUMBER}{number}") in self.blocks:
            number += 1
        return found


NUMBER = "#"
"""What stands behind the name of a block before its number, as long as blocks are found."""


def _there(instance: Aligned) -> Steps:
    return tuple(step for step in instance if step is not None)


def _is_flag(param: str) -> bool:
    return param.startswith("with_")


def _call(name: str, steps: Steps, arguments: dict[str, Any]) -> Step:
    return Step(
        name,
        tuple(arguments.items()),
        sources=steps[0].sources,
        name=steps[-1].name,
        read=steps[0].read,
        made=steps[-1].made,
        paths=tuple(path for step in nested(steps) for path in step.paths),
    )


def anonymous(steps: Steps) -> Steps:
    """Return steps without the name of the last and what the first one reads.

    They are those of the call that stands for them.
    """
    first = replace(steps[0], sources=())
    *rest, last = (first, *steps[1:])
    return (*rest, replace(last, name=""))


def _defaults(params: dict[str, list[Any]]) -> dict[str, Any]:
    """Return what most instances have; what stands first is always said."""
    found: dict[str, Any] = {}
    for name, values in list(params.items())[1:]:
        common = max(values, key=values.count)
        if 2 * values.count(common) > len(values) or (name == "stride" and 1 in values):
            found[name] = 1 if name == "stride" and 1 in values else common
    return found
