"""Benchmarks: ``python -m tests.benchmarks`` prints every figure as a ratio of one run."""
