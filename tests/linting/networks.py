"""Networks with known findings."""

from __future__ import annotations

EVEN = "cnn: 1\ninput: 31x37x3\nlayers:\n- conv: {filters: 7, kernel: 4, padding: same}\n"
"""CV003 in line 4, column 30, and nothing else."""
MESSAGE = "even kernel 4 at stride 1 shifts the output by half a pixel"

BIASED = """\
cnn: 1
input: 31x37x3
blocks:
  unit:
    layers:
    # the convolution
    - conv: {filters: 7, kernel: 3, padding: same}  # of each unit
    - batchnorm  # NA001 is in the line above
    - relu
layers:
- {unit: , repeat: 3}
- conv: 5
  as: head   # stays
"""
"""A text with remarks in which a kernel is missing; see the tests for what is replaced."""

UNITS = BIASED.replace("- conv: 5\n  as: head   # stays\n", "- gap   # stays\n")
"""NA001 in line 7, three instances, with a safe fix."""
