"""Names of the variables of a run: a value takes the place of one that is not read again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from cnnanalyze.exporting.definitions import Conditional, Definition


def variables(
    definition: Definition, sources: Sequence[str], taken: Collection[str] = ()
) -> dict[str, str]:
    """Return a variable for everything that is read or made, by its name within the definition.

    Parameters
    ----------
    definition
        The definition.
    sources
        What the things that it reads are called.
    taken
        What no variable may be called.
    """
    found = {f"<{k}>": name for k, name in enumerate(sources)}
    last = _last_reads(definition)
    for place, one in enumerate(definition.members):
        member = one.member
        live = {found[name] for name in found if last.get(name, -1) > place}
        dying = [found[i] for i in member.inputs if last.get(i, -1) <= place]
        wishes = [member.branch] if member.branch else []
        if not member.branch and len(member.inputs) == 1:
            wishes += dying
        wishes += [sources[0], member.layer or member.name, *dying]
        if member.branch and dying and dying[0].startswith(member.branch):
            wishes.insert(0, dying[0])
        made = [member.name, *(f"{member.name}.{k}" for k in range(1, member.outputs))]
        for k, value in enumerate(made):
            options = [w for w in wishes if w not in live and w not in taken] if k == 0 else []
            name = next(iter(options), f"{member.name}_{k + 1}" if k else f"{member.name}_")
            live.add(name)
            found[value] = name
    return found


def _last_reads(definition: Definition) -> Mapping[str, int]:
    """Return for every value the last member that reads it; exits are read behind all of them."""
    last: dict[str, int] = {}
    for place, one in enumerate(definition.members):
        for name in _read(one):
            last[name] = place
    return last | dict.fromkeys(definition.exits, len(definition.members))


def _read(one: Conditional) -> tuple[str, ...]:
    return (*one.member.inputs, one.otherwise) if one.otherwise else one.member.inputs
