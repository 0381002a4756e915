"""What the viewer gets: the very index maps of the rules, and a figure that agrees with them."""

from __future__ import annotations

from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.pipeline import index_maps
from cnnanalyze.analysis.trace import trace
from cnnanalyze.core.adaptive_bins import Bins
from cnnanalyze.core.index_map import IndexMap
from cnnanalyze.core.partition import Blocks, Gathered
from cnnanalyze.core.reach import EVERYWHERE, PAST, POINT, WHOLE, Continued, Reach, Window
from cnnanalyze.core.resampling import Sampled, Transposed
from cnnanalyze.report.page.receptive_field import centres, encode, viewer

CLASSES: dict[str, Any] = {
    "k": Blocks,
    "w": Window,
    "t": Transposed,
    "s": Sampled,
    "b": Bins,
    "c": Continued,
}


def decode(written: list[Any]) -> Reach:
    if written[0] in "aep":
        whole: dict[str, Reach] = {"a": WHOLE, "e": EVERYWHERE, "p": PAST}
        return whole[written[0]]
    if written[0] == "g":
        return Gathered(tuple(written[2:]), written[1])
    cls, numbers = CLASSES[written[0]], list(written[1:])
    found: Reach = cls(*numbers)
    return found


@pytest.mark.parametrize(
    "reach",
    [
        Window(7, 2, 3, 5),
        Transposed(3, 2, 5, 1),
        Sampled(3, 5, -1, neighbours=2),
        Bins(13, 5),
        Blocks(3, count=5),
        Continued(3, 2, 5, 1, "circular"),
        Continued(1, before=2),
        Blocks(7, 3),
        Gathered((3, 0), 5),
        WHOLE,
        EVERYWHERE,
        PAST,
    ],
    ids=str,
)
def test_map_comes_back(reach: Reach) -> None:
    assert decode(encode(reach)) == reach


def test_a_mirrored_axis_is_a_window_that_goes_back() -> None:
    reach = Gathered(range(6, -1, -2), 7)
    written = encode(reach)
    assert written == ["w", 1, -2, 1, -6]
    window = Window(1, -2, 1, -6)
    assert [window.first(o) for o in range(4)] == [*reach.positions]


@pytest.mark.parametrize("name", ["resnet50", "unet", "yolov3", "mobilenet_v3_small", "m5"])
def test_every_layer_has_its_maps(name: str) -> None:
    network = cnn.load(f"zoo:{name}")
    rank = network.input.rank
    found = viewer(network, index_maps(network))
    assert found is not None
    for i, node in enumerate(network.nodes):
        written = found["reads"]["input"].get(str(i), [None] * len(node.inputs))
        for own, given in zip(node.layer.reach(*node.input_shapes) or (), written, strict=True):
            maps = (
                (POINT,) * rank if given is None else tuple(decode(found["maps"][m]) for m in given)
            )
            if len(own) == rank:
                assert maps == own
            else:  # a vector: one unit on every axis
                assert set(maps) <= {WHOLE, POINT}


@pytest.mark.parametrize("name", ["vgg16", "unet", "m5", "c3d"])
def test_figure_shows_what_the_middle_units_depend_on(name: str) -> None:
    report = cnn.analyze(f"zoo:{name}")
    (picture,) = centres(report.analysis)
    clipped = trace(report.network, index_maps(report.network))
    assert 2 <= len(picture.rows) <= 6
    for layer, unit, seen in picture.rows:
        found = [c.intervals[int(u)] for c, u in zip(clipped[layer], unit.split(", "), strict=True)]
        assert seen == " x ".join(f"{i[0]}…{i[1]}" for i in found if i)


def test_vector_has_no_field() -> None:
    report = cnn.analyze(cnn.loads("{cnn: 1, input: {features: 7}, layers: [{dense: 5}]}"))
    assert centres(report.analysis) == ()
    assert viewer(report.network, index_maps(report.network)) is None


def test_maps_that_the_viewer_does_not_know_are_refused() -> None:
    class Doubled(Transposed):
        """A map of somebody else's."""

    class Foreign(IndexMap):
        period = advance = most_taps = 1
        taps = first = last = first_from = last_from = None  # type: ignore[assignment]

        def __repr__(self) -> str:
            return "Foreign()"

    assert encode(Doubled(3, 2)) == encode(Transposed(3, 2))
    with pytest.raises(TypeError, match=r"^the viewer cannot follow Foreign\(\)$"):
        encode(Foreign())
