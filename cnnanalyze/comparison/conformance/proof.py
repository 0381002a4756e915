"""The proof that a model is the network of its spec, or the first things in which it is not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import zip_longest

from cnnanalyze.comparison.conformance.matching import Partners, match
from cnnanalyze.comparison.conformance.normal_form import NormalForm, normal_form
from cnnanalyze.comparison.conformance.operation import Operation, say
from cnnanalyze.comparison.conformance.result import Conformance, Departure
from cnnanalyze.core.spelling import count_of
from cnnanalyze.graph.isomorphism import isomorphism
from cnnanalyze.graph.network import Network


def conform(spec: Network, model: Network, *, folded: bool = False) -> Conformance:
    """Is the model the network that the spec declares?

    Both are brought to their normal form. If one is then the other, whatever their layers are
    called, that is a proof. Otherwise their operations are matched, and what differs is told.

    Parameters
    ----------
    spec
        What is declared.
    model
        What is there.
    folded
        Whether batch normalisations are worked into the layers before them, in both.
    """
    ours, theirs = normal_form(spec, folded=folded), normal_form(model, folded=folded)
    notes = ["batch normalisation is worked into the layers before it"] if folded else []
    if _ends(ours) != _ends(theirs):
        shorter = ours.without_probabilities(), theirs.without_probabilities()
        if _ends(shorter[0]) == _ends(shorter[1]):
            notes += [
                f"what ends the {whose} is left out of account: {form[last].name}"
                for whose, form, short in zip(
                    ("spec", "model"), (ours, theirs), shorter, strict=True
                )
                for last in form.outputs
                if last in form.by_id and last not in short.outputs
            ]
            ours, theirs = shorter
    for whose, form in (("spec", ours), ("model", theirs)):
        if form.assumed:
            places = "place" if form.assumed == 1 else "places"
            notes.append(
                f"attention in windows is written out in {form.assumed} {places} of the {whose}: "
                "no number is read, so masks, and which distance looks up which number, are taken "
                "to be those of the layer kind"
            )
    found = [*_inputs(spec, model)]
    if not found:
        partner = _isomorphism(ours, theirs, sharing=True) or _isomorphism(ours, theirs)
        found = [
            *(_sharing if partner is not None else _departures)(
                ours, theirs, partner or match(ours, theirs)
            )
        ]
        if partner is not None and not found:
            return Conformance(spec, model, tuple(partner.items()), (), tuple(notes))
    return Conformance(spec, model, (), tuple(_counted(found)), tuple(notes))


def _isomorphism(ours: NormalForm, theirs: NormalForm, *, sharing: bool = False) -> Partners | None:
    """Return which operation is which, if both are one network; also by how many share numbers."""
    return isomorphism(
        ours,
        theirs,
        (_labels(ours, sharing=sharing), _labels(theirs, sharing=sharing)),
        lambda operation: operation.takes_any_order,
    )


def _ends(form: NormalForm) -> list[str]:
    return [form[o].name if o in form.by_id else "" for o in form.outputs]


def _labels(form: NormalForm, *, sharing: bool) -> dict[str, object]:
    """Return what is equal for equal operations."""
    holders = Counter(map(_owner, form))
    return {o.id: (o.label, holders[_owner(o)] if sharing else 0) for o in form}


def _owner(operation: Operation) -> str:
    """Return the layer that holds the numbers of an operation, with the step of that layer."""
    node = operation.node
    return (node.share or node.id) + operation.id.removeprefix(node.id)


def _inputs(spec: Network, model: Network) -> Iterator[Departure]:
    """Yield which inputs differ."""
    for given, found in zip_longest(spec.inputs.items(), model.inputs.items()):
        if given is None or found is None:
            one, other = len(spec.inputs), len(model.inputs)
            yield Departure(
                "input",
                f"{count_of(one, 'input')} in the spec, {other} in the model: "
                f"{', '.join(spec.inputs)} against {', '.join(model.inputs)}",
            )
            return
        (name, ours), (other_name, theirs) = given, found
        if ours.shape != theirs.shape:
            yield Departure(
                "input",
                f"{name}: {ours.shape} in the spec, {theirs.shape} in {other_name} of the model",
            )


def _sharing(ours: NormalForm, theirs: NormalForm, partner: Partners) -> Iterator[Departure]:
    """Yield which operations hold numbers of their own in the one and shared ones in the other."""
    ours_of: dict[str, str] = {}
    theirs_of: dict[str, str] = {}
    for operation in ours:
        other = theirs[partner[operation.id]]
        mine, its = _owner(operation), _owner(other)
        if theirs_of.setdefault(mine, its) != its or ours_of.setdefault(its, mine) != mine:
            holder = "numbers of its own" if mine == operation.id else f"the numbers of {mine}"
            other_holder = "numbers of its own" if its == other.id else f"the numbers of {its}"
            yield Departure(
                "sharing",
                f"{operation.node.id} has {holder} in the spec; {other.node.id} of the model has "
                f"{other_holder}",
                operation.node,
                other.node,
                mark=operation.node.mark,
            )


def _departures(ours: NormalForm, theirs: NormalForm, partners: Partners) -> Iterator[Departure]:
    """Yield what differs: in the order of the spec, and then what only the model has."""
    found = [*_local_departures(ours, theirs, partners)] or [*_ends_of(ours, theirs, partners)]
    yield from found
    if not found:
        yield Departure(
            "wiring",
            "each operation has a counterpart in the model, but they are connected differently",
        )


def _local_departures(
    ours: NormalForm, theirs: NormalForm, partners: Partners
) -> Iterator[Departure]:
    before = {theirs_id: ours_id for ours_id, theirs_id in partners.items()}
    untold = theirs.by_id.keys() - before.keys()
    moved = _moved(ours, theirs, partners)
    before |= {other.id: mine for mine, other in moved.items()}
    for operation in ours:
        partner = theirs.by_id.get(partners.get(operation.id, ""))
        if (other := moved.get(operation.id)) is not None:
            yield Departure(
                "wiring",
                f"{_called(operation)} reads {_listed(operation.inputs)} in the spec; "
                f"{other.node.id} of the model reads {_listed(other.inputs)}",
                operation.node,
                other.node,
                mark=operation.node.mark,
            )
        elif partner is None:
            yield Departure(
                "missing",
                f"{_called(operation)} of the spec is not in the model",
                operation.node,
                mark=operation.node.mark,
            )
        elif operation.label != partner.label:
            yield from _changes(operation, partner)
        elif (told := _wiring(operation, partner, partners, untold)) is not None:
            yield told
    for operation in theirs:
        if operation.id not in before:
            read = [before[i] for i in operation.inputs if i in before]
            node = ours[read[0]].node if read and read[0] in ours.by_id else None
            behind = f", behind {read[0]}" if read else ""
            yield Departure(
                "extra",
                f"{_called(operation)} of the model is not in the spec{behind}",
                None,
                operation.node,
                mark=None if node is None else node.mark,
            )


def _moved(ours: NormalForm, theirs: NormalForm, partners: Partners) -> dict[str, Operation]:
    """Return which operations of the spec stand elsewhere in the model, and what they are there.

    Somebody who exchanges two layers moves one of them over the other.
    """
    known = {*partners.values()}
    elsewhere: dict[object, list[Operation]] = defaultdict(list)
    for operation in theirs:
        if operation.id not in known:
            elsewhere[operation.label].append(operation)
    return {
        operation.id: elsewhere[operation.label].pop(0)
        for operation in ours
        if operation.id not in partners and elsewhere[operation.label]
    }


def _ends_of(ours: NormalForm, theirs: NormalForm, partners: Partners) -> Iterator[Departure]:
    """Yield which outputs are not each other's, of networks that are alike otherwise."""
    for one, other in zip_longest(ours.outputs, theirs.outputs):
        if one is None or other is None or partners.get(one) != other:
            yield Departure(
                "output",
                f"the spec ends with {one or 'fewer outputs'}, "
                f"the model with {other or 'fewer outputs'}",
                ours[one].node if one in ours.by_id else None,
                mark=ours[one].node.mark if one in ours.by_id else None,
            )


def _changes(ours: Operation, theirs: Operation) -> Iterator[Departure]:
    """Yield in what two operations of one kind differ, or that their kinds do."""
    one, other = dict(ours.features), dict(theirs.features)
    if ours.name != theirs.name or ours.name == "clip" or one.keys() != other.keys():
        yield Departure(
            "kind",
            f"{ours.node.id}: {ours.words} in the spec, {theirs.words} in {theirs.node.id} of "
            "the model",
            ours.node,
            theirs.node,
            there=theirs.words,
            mark=ours.node.mark,
        )
        return
    follows = _follows(ours, theirs)
    for name, value in one.items():
        if value != other[name] and not (name == "padding" and follows):
            yield Departure(
                "attribute",
                f"{ours.node.id}: {name} {say(value)} in the spec, {say(other[name])} in "
                f"{theirs.node.id} of the model",
                ours.node,
                theirs.node,
                attribute=name,
                there=other[name],
                mark=ours.node.place(name),
            )


def _follows(ours: Operation, theirs: Operation) -> bool:
    """Whether paddings differ only since windows do: the word is the same, or the zeros before."""
    one, other = (dict(operation.features) for operation in (ours, theirs))
    if all(one.get(name) == other.get(name) for name in _OF_WINDOWS):
        return False
    written = [operation.node.attributes.get("padding") for operation in (ours, theirs)]
    borders = [features.get("padding", ()) for features in (one, other)]
    begins = [[side[0] for side in sides if isinstance(side, tuple)] for sides in borders]
    return written[0] == written[1] or begins[0] == begins[1] != []


_OF_WINDOWS = ("kernel", "stride", "dilation")


def _wiring(
    ours: Operation, theirs: Operation, partners: Partners, untold: AbstractSet[str]
) -> Departure | None:
    """Return that two equal operations read different things, if what they read is known.

    What only the model has is told by itself, and not by whom it is read.
    """
    read = [partners.get(i) for i in ours.inputs]
    if None in read or (
        sorted(map(str, read)) == sorted(theirs.inputs)
        if ours.takes_any_order
        else read == [*theirs.inputs]
    ):
        return None
    if not untold.isdisjoint(theirs.inputs):
        return None
    return Departure(
        "wiring",
        _other_reading(ours, theirs, read),
        ours.node,
        theirs.node,
        mark=ours.node.mark,
    )


def _other_reading(ours: Operation, theirs: Operation, read: list[str | None]) -> str:
    """Say what two operations read; of many maps in an order, the first that is another one."""
    mine, its = ours.node.id, theirs.node.id
    if not ours.takes_any_order and len(read) == len(theirs.inputs) >= _MANY:
        place = next(n for n, one in enumerate(read) if one != theirs.inputs[n])
        return (
            f"{mine} reads {ours.inputs[place]} as input {place + 1} of {len(read)} in the spec; "
            f"{its} of the model reads {theirs.inputs[place]} there"
        )
    return (
        f"{mine} reads {_listed(ours.inputs)} in the spec; "
        f"{its} of the model reads {_listed(theirs.inputs)}"
    )


_MANY = 3


def _counted(found: list[Departure]) -> Iterator[Departure]:
    """Yield the departures; what is written at one place and departs alike is told once."""
    groups: dict[object, list[Departure]] = {}
    for departure in found:
        own = departure.mark and (departure.mark.source.name, *departure.mark.position)
        message = departure.message
        for node, word in ((departure.in_spec, "spec"), (departure.in_model, "model")):
            message = message.replace(node.id, word) if node is not None else message
        key = (own, departure.aspect, message) if own else len(groups)
        groups.setdefault(key, []).append(departure)
    for alike in groups.values():
        yield replace(alike[0], instances=len(alike))


def _called(operation: Operation) -> str:
    return f"{operation.node.id} ({operation.words})"


def _listed(ids: tuple[str, ...]) -> str:
    return " and ".join(ids)
