"""Matching: which operation of one normal form is which of the other, where they are not the same?

What is made of the same is the same, from the inputs on; and what leads to the same is the same,
from the outputs back. So a single change leaves everything before it and everything behind it
matched. What lies between two changes is matched in the order of execution.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable

from cnnanalyze.comparison.alignment import Look, align
from cnnanalyze.comparison.conformance.normal_form import NormalForm
from cnnanalyze.comparison.conformance.operation import Operation

Partners = dict[str, str]
"""By the id of each operation and input of the one, that of the other."""


def match(one: NormalForm, other: NormalForm) -> Partners:
    """Return which operation of the one is which of the other; some may have no partner.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.comparison.conformance.normal_form import normal_form
    >>> one, other = (
    ...     normal_form(cnn.loads("{cnn: 1, input: 9x9x1, layers: [" + layers + "]}"))
    ...     for layers in ("{conv: {filters: 2, kernel: 3}}, relu, tanh", "tanh, relu, tanh")
    ... )
    >>> match(one, other)
    {'input': 'input', 'tanh1': 'tanh2', 'relu1': 'relu1', 'conv1': 'tanh1'}
    """
    partners: Partners = dict(zip(one.inputs, other.inputs, strict=False))
    numbers: dict[Hashable, int] = {}
    for numbered in (_made, _leading):
        found: list[dict[int, list[str]]] = []
        for form, taken in ((one, {*partners}), (other, {*partners.values()})):
            places: dict[int, list[str]] = defaultdict(list)
            for id_, number in numbered(form, numbers).items():
                if id_ not in taken:
                    places[number].append(id_)
            found.append(places)
        for number, ids in found[0].items():
            partners.update(zip(ids, found[1].get(number, ()), strict=False))
    known = {*partners.values()}
    ones = [operation for operation in one if operation.id not in partners]
    others = [operation for operation in other if operation.id not in known]
    looks = [[_look(o, numbers) for o in operations] for operations in (ones, others)]
    pairs = align(looks[0], looks[1])
    partners.update((ones[i].id, others[j].id) for i, j in pairs)
    partners.update(_between(ones, others, pairs))
    return partners


def _made(form: NormalForm, numbers: dict[Hashable, int]) -> dict[str, int]:
    """Return for each operation a number that is equal for what is made of the same."""
    made = {i: _number(numbers, "input", k) for k, i in enumerate(form.inputs)}
    for o in form:
        read = [made[i] for i in o.inputs]
        made[o.id] = _number(
            numbers, "made", o.label, *(sorted(read) if o.takes_any_order else read)
        )
    return {o.id: made[o.id] for o in form}


def _leading(form: NormalForm, numbers: dict[Hashable, int]) -> dict[str, int]:
    """Return for each operation a number that is equal for what leads to the same."""
    leads: dict[str, int] = {}
    ends = {o: k for k, o in enumerate(form.outputs)}
    places: dict[str, list[tuple[int, int]]] = {i: [] for i in (*form.inputs, *form.by_id)}
    for o in reversed(form.operations):
        leads[o.id] = _number(numbers, "leads", o.label, ends.get(o.id), *sorted(places[o.id]))
        for k, source in enumerate(o.inputs):
            places[source].append((leads[o.id], 0 if o.takes_any_order else k))
    return leads


def _number(numbers: dict[Hashable, int], *thing: Hashable) -> int:
    return numbers.setdefault(thing, len(numbers))


def _look(o: Operation, numbers: dict[Hashable, int]) -> Look:
    """Return what an alignment sees of an operation: names say nothing in models."""
    return Look(
        path="",
        name="",
        kind=_number(numbers, "kind", o.name),
        output=_number(numbers, "output", o.shape.count),
        frame=0,
        whole=_number(numbers, "whole", o.label),
    )


def _between(
    ones: list[Operation], others: list[Operation], pairs: list[tuple[int, int]]
) -> Partners:
    """Return pairs of one kind, in order, among what stands alone between the same pairs."""
    found: Partners = {}
    i = j = 0
    for k, m in [*pairs, (len(ones), len(others))]:
        free = others[j:m]
        for operation in ones[i:k]:
            at = next((n for n, o in enumerate(free) if o.name == operation.name), None)
            if at is not None:
                found[operation.id] = free[at].id
                free = free[at + 1 :]
        i, j = k + 1, m + 1
    return found
