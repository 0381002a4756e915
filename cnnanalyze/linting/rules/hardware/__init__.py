"""What a target computes well; on only if the target is named.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.linting.rules.hardware.tensor_core_8`.
"""
