"""Memory plans: which tensors are held at which steps, how large they are, and where they lie.

A picture of one is what :func:`cnnanalyze.report.page.memory_plan.draw` returns, and its words are
:attr:`MemoryPlan.text`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from cnnanalyze.analysis.memory import lifetimes
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.spelling import count_of
from cnnanalyze.report.numbers import size
from cnnanalyze.report.options import Options

MOST_NAMED = 6
"""Of the tensors at the peak, so many are named in words."""


class Tensor(NamedTuple):
    """A stretch of memory for some steps."""

    name: str
    first: int
    """The first step at which it is held."""
    last: int
    """The last step at which it is held."""
    size: int
    """In bytes."""
    offset: int | None = None
    """Where it lies; nothing if nobody has laid it anywhere."""
    family: str = ""
    """The family of the layer that makes it, whose colour it has; nothing for inputs."""
    place: int | None = None
    """The place of that layer in the order of execution, where a page has a row for it."""


@dataclass(frozen=True)
class MemoryPlan:
    """Tensors over the steps of a run.

    Examples
    --------
    >>> plan = MemoryPlan((Tensor("a", 0, 1, 30), Tensor("b", 1, 2, 50)), ("one", "two", "three"))
    >>> plan.live, plan.peak, plan.peak_at
    ((30, 80, 50), 80, 'two')
    >>> plan.text
    '2 tensors over 3 steps: at most 80 B at two, where b (50 B) and a (30 B) are held'
    """

    tensors: tuple[Tensor, ...]
    steps: tuple[str, ...]
    """The names of the steps."""

    @cached_property
    def live(self) -> tuple[int, ...]:
        """The bytes that are held at each step."""
        changes = [0] * (len(self.steps) + 1)
        for tensor in self.tensors:
            changes[tensor.first] += tensor.size
            changes[tensor.last + 1] -= tensor.size
        return tuple(accumulate(changes[:-1]))

    @property
    def peak(self) -> int:
        """The most bytes that are held at a step."""
        return max(self.live)

    @property
    def peak_step(self) -> int:
        """The first step at which most bytes are held."""
        return self.live.index(self.peak)

    @property
    def peak_at(self) -> str:
        """The name of that step."""
        return self.steps[self.peak_step]

    @property
    def is_laid_out(self) -> bool:
        """Whether all tensors have addresses."""
        return all(tensor.offset is not None for tensor in self.tensors)

    @cached_property
    def extent(self) -> int:
        """The bytes from the first to the last; the most that are held, if nothing is laid out."""
        if not self.is_laid_out:
            return self.peak
        return max((tensor.offset or 0) + tensor.size for tensor in self.tensors)

    def held(self, step: int) -> list[Tensor]:
        """Return the tensors that are held at a step, the largest first."""
        found = [t for t in self.tensors if t.first <= step <= t.last and t.size]
        return sorted(found, key=lambda t: -t.size)

    @property
    def text(self) -> str:
        """What a picture of the plan shows, in words."""
        what = f"{count_of(len(self.tensors), 'tensor')} over {count_of(len(self.steps), 'step')}"
        most = f"at most {size(self.peak)} at {self.peak_at}"
        if self.is_laid_out:
            most = f"{size(self.extent)} of memory, {most}"
        return f"{what}: {most}, where {self.at_peak}"

    @property
    def at_peak(self) -> str:
        """The tensors at the peak, in words."""
        held = self.held(self.peak_step)
        named = [f"{t.name} ({size(t.size)})" for t in held[:MOST_NAMED]]
        if rest := len(held) - len(named):
            named.append(count_of(rest, "other"))
        return f"{_listed(named)} {'is' if len(held) == 1 else 'are'} held"


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def memory_plan(analysis: Analysis, options: Options | None = None) -> MemoryPlan:
    """Return which activations of a network are held while each layer is computed.

    Nothing is computed in place, workspace is not counted, and nothing has an address.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 5x7x2, layers: [relu, gap]}")
    >>> memory_plan(cnn.analyze(net).analysis).text
    '3 tensors over 2 steps: at most 560 B at relu1, where input (280 B) and relu1 (280 B) are held'
    """
    from cnnanalyze.drawing.families import family  # noqa: PLC0415 - only pictures have colours

    options = options or Options()
    network, each = analysis.network, options.bytes_per_number * options.batch
    order = {node.id: i for i, node in enumerate(network)}
    tensors = []
    for name, life in lifetimes(network).items():
        node = network.by_id.get(name)
        count = network.shape_of(name).count
        colour = "" if node is None else family(node)
        tensors.append(Tensor(name, *life, count * each, None, colour, order.get(name)))
    return MemoryPlan(tuple(tensors), tuple(order))
