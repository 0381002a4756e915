"""Cost by stage: what each part of a network has of the whole, by families of layers, as bars."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from markupsafe import Markup

from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.characters import legible
from cnnanalyze.core.quantities import QUANTITIES, Terms
from cnnanalyze.core.spelling import count_of
from cnnanalyze.drawing.families import FAMILIES, family
from cnnanalyze.report.numbers import short
from cnnanalyze.report.page.axes import NAMES, WIDTH, name_beside, plot
from cnnanalyze.report.page.svg import box, element
from cnnanalyze.report.view import gather

ROWS, LEAST = 11, 0.01
"""Of more parts the smallest share a row, and those that have less of everything."""
STEP, BAR, TOP = 20, 14, 20
GAP = 10
SHARE = 52
"""The width of a number beside the longest bar."""


NOTHING = "0.0 %"
THIN = 0.5
"""Thinner parts of a bar are drawn only where the bar has no thicker one."""


class Stage(NamedTuple):
    """One part of a network."""

    name: str
    layers: tuple[NodeFacts, ...]
    parts: int = 1
    """How many parts these are, of which each is small."""


class Share(NamedTuple):
    """What the stages have of one quantity."""

    title: str
    total: float
    stages: tuple[dict[str, float], ...]
    """For each stage, by family of layers."""

    @property
    def sums(self) -> list[float]:
        """What each stage has."""
        return [sum(stage.values(), 0.0) for stage in self.stages]


def stages(analysis: Analysis) -> tuple[Stage, ...]:
    """Return the parts of a network as its spec has them, the smallest together.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> [stage.name for stage in stages(cnn.analyze("zoo:resnet50").analysis)][:4]
    ['conv1', 'relu1', 'stage1', 'stage2']
    """
    found = [Stage(name, tuple(facts)) for name, facts in gather(analysis, 1).items()]
    totals = [(of, sum(map(of, analysis))) for of in MEASURED.values()]

    def weight(stage: Stage) -> float:
        return max(sum(map(of, stage.layers)) / total if total else 0.0 for of, total in totals)

    large = sorted((s for s in found if weight(s) >= LEAST), key=weight, reverse=True)
    kept = {stage.name for stage in large[: ROWS - 1]}
    rest = [stage for stage in found if stage.name not in kept]
    if len(rest) <= 1:
        return tuple(found)
    layers = tuple(f for stage in rest for f in stage.layers)
    together = Stage(count_of(len(rest), "smaller part"), layers, len(rest))
    return (*(stage for stage in found if stage.name in kept), together)


def _quantity(key: str) -> Callable[[NodeFacts], float]:
    of_layer = QUANTITIES[key].of_layer
    assert of_layer is not None
    return lambda facts: float(of_layer(facts, Terms()) or 0)


MEASURED: dict[str, Callable[[NodeFacts], float]] = {
    "parameters": _quantity("parameters"),
    "MACs": _quantity("macs"),
    "α-MACs": lambda facts: facts.discounted_macs,
    "activations": _quantity("activations"),
}
"""What is shared out, by its words."""


def shares(analysis: Analysis) -> tuple[tuple[Stage, ...], tuple[Share, ...]]:
    """Return the stages, and what they have of each quantity of which there is any."""
    parts = stages(analysis)
    found = []
    for title, of in MEASURED.items():
        rows = []
        for part in parts:
            by_family: dict[str, float] = {}
            for facts in part.layers:
                if value := of(facts):
                    name = family(facts.node)
                    by_family[name] = by_family.get(name, 0.0) + value
            rows.append(by_family)
        if total := sum((sum(row.values()) for row in rows), 0.0):
            found.append(Share(title, total, tuple(rows)))
    return parts, tuple(found)


def describe(parts: tuple[Stage, ...], measured: tuple[Share, ...]) -> str:
    """Say where most of each quantity is.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> describe(*shares(cnn.analyze("zoo:vgg16").analysis))[:60]
    'most parameters in fc1 (74.3 %), MACs in stage3 (29.9 %), α-'
    """
    said = []
    for share in measured:
        sums = share.sums
        at = max((i for i, part in enumerate(parts) if part.parts == 1), key=sums.__getitem__)
        said.append(f"{share.title} in {parts[at].name} ({_percent(sums[at] / share.total)} %)")
    return "most " + ", ".join(said)


def _percent(part: float) -> str:
    return f"{100 * part:.1f}"


def draw(parts: tuple[Stage, ...], measured: tuple[Share, ...]) -> Markup:
    """Draw a row for each stage, and a bar in it for each quantity."""
    panel = (WIDTH - NAMES - GAP * (len(measured) - 1)) / len(measured)
    height = TOP + STEP * len(parts) + 4
    boxes: dict[str, list[str]] = {}
    words: list[Markup] = []
    for row, part in enumerate(parts):
        words += name_beside(part.name, TOP + STEP * row + 11)
    for column, share in enumerate(measured):
        left = NAMES + (panel + GAP) * column
        title = f"{short(round(share.total))} {share.title}"
        words.append(element("text", title, x=left, y=12, class_="name"))
        sums = share.sums
        scale = (panel - SHARE) / max(sums)
        for row, (stage, whole) in enumerate(zip(share.stages, sums, strict=True)):
            top = TOP + STEP * row
            end = left
            for name in filter(stage.get, FAMILIES):
                wide = stage[name] * scale
                if wide >= THIN or name == max(stage, key=stage.__getitem__):
                    boxes.setdefault(name, []).append(box(end, top, wide, BAR))
                end += wide
            if (said := f"{_percent(whole / share.total)} %") != NOTHING:
                words.append(element("text", said, x=round(end + 4), y=top + 11))
    return plot(
        legible(f"Cost by stage: {describe(parts, measured)}"),
        *(element("path", d="".join(d), class_=f"f-{name}") for name, d in boxes.items()),
        *words,
        height=height,
    )
