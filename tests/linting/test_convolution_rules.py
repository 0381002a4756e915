"""Rules on the arithmetic of convolutions, where a case of the rule says too little."""

from __future__ import annotations

import pytest

from tests.linting.conftest import Lint


@pytest.mark.parametrize(
    ("size", "attributes", "is_shifted"),
    [
        ("31x37", "kernel: 4, padding: same", True),
        ("31x37", "kernel: 2, padding: same", True),  # TensorFlow adds the one zero behind
        ("31x37", "kernel: 4, padding: 1", True),
        ("31x37", "kernel: 4, padding: 2", True),
        ("31x37", "kernel: [3, 4], padding: [[1, 1], [1, 2]]", True),
        ("31x37", "kernel: [3, 4], padding: [[1, 1], [3, 0]]", False),
        ("31", "kernel: 2, padding: [[0, 1]]", True),
        ("31", "kernel: 4, padding: [[2, 1]]", True),
        ("31", "kernel: 2, padding: [[1, 0]]", False),  # causal: WaveNet's first layer
        ("31", "kernel: 2, dilation: 4, padding: [[4, 0]]", False),
        ("31", "kernel: 4, dilation: 3, padding: [[9, 0]]", False),
        ("31", "kernel: 4, dilation: 3, padding: [[8, 1]]", True),
        ("31", "kernel: 2, dilation: 2, padding: same", False),  # taps at -1 and 1
        ("31x37", "kernel: 4, dilation: 2, padding: 3", False),
        ("31x37", "kernel: 4, dilation: 3, padding: same", True),
        ("31x37", "kernel: 4", False),
        ("31x37", "kernel: 4, padding: valid", False),
        ("31x37", "kernel: 6, stride: 2, padding: same", False),
        ("31x37", "kernel: 5, padding: same", False),
    ],
)
def test_even_kernel_is_told_where_the_output_lies_half_a_pixel_beside_the_input(
    lint: Lint, size: str, attributes: str, is_shifted: bool
) -> None:
    text = f"{{cnn: 1, input: {size}x3, layers: [{{conv: {{filters: 7, {attributes}}}}}]}}"
    result = lint(text, "CV003")
    assert [f.code for f in result.findings] == ["CV003"] * is_shifted
