"""One network under every convention: where each departs from ours."""

from __future__ import annotations

import cnnanalyze as cnn
from cnnanalyze.report.conventions import readings


def test_equal_layers_depart_as_often_as_they_are_there() -> None:
    steps = "{conv: {filters: 5, kernel: 3, padding: same}}, bn, relu"

    def departures(times: int) -> dict[tuple[str, str, str], int]:
        blocks = f"blocks: {{unit: [{steps}]}}, layers: [{{unit: , repeat: {times}}}]"
        analysis = cnn.analyze(cnn.loads(f"{{cnn: 1, input: 7x11x5, {blocks}}}")).analysis
        return {
            (r.convention.name, r.quantity, d.kind): d.amount
            for r in readings(analysis)
            for d in r.differences
        }

    once, often = departures(1), departures(13)
    assert len(once) > 8
    assert often == {key: 13 * amount for key, amount in once.items()}


def test_what_departs_and_what_is_counted_make_the_number() -> None:
    for name in ("vgg16", "resnet50", "mobilenet_v2"):
        found = readings(cnn.analyze(f"zoo:{name}").analysis)
        ours = {r.quantity: r.number for r in found if r.convention.name in {"mac", "pytorch"}}
        for reading in found:
            if reading.convention.halves or reading.uncounted:
                continue
            departing = sum(d.amount for d in reading.differences)
            assert ours[reading.quantity] + departing == reading.number, reading.convention.name
