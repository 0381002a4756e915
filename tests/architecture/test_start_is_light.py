"""Starting is light: what is imported before anybody asks for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numpy", "networkx", "jinja2", "torch", "onnx", "keras")
SPEC = "{cnn: 1, input: 32x32x3, layers: [{conv: {filters: 6, kernel: 5}}, relu, gap, dense: 10]}"
ANALYZE = f"import cnnanalyze as cnn; net = cnn.loads({SPEC!r}); report = cnn.analyze(net)"


def loaded(code: str) -> set[str]:
    """Run some code in a process of its own; return the heavy modules that it has imported."""
    names = (*HEAVY, "pydantic", "yaml", "rich")
    probe = f"{code}\nimport sys; print('loaded:', *({{*{names!r}}} & {{*sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.rsplit("loaded:", 1)[1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import cnnanalyze.cli",
        ANALYZE,
        f"{ANALYZE}; report.to_dict()",
        f"{ANALYZE}; str(report)",
        f"{ANALYZE}; cnn.dumps(net)",
        "import cnnanalyze as cnn; cnn.analyze('zoo:resnet50')",
        "import cnnanalyze as cnn; cnn.zoo()",
    ],
)
def test_no_arrays_no_graphs_no_templates(code: str) -> None:
    assert loaded(code) & set(HEAVY) == set()


def test_importing_the_package_imports_nothing() -> None:
    assert loaded("import cnnanalyze") == set()


def test_reading_a_spec_does_not_print() -> None:
    assert "rich" not in loaded(ANALYZE)


@pytest.mark.parametrize(
    ("code", "module"),
    [
        (f"{ANALYZE}; net.digraph()", "networkx"),
        (f"{ANALYZE}; cnn.verify(net)", "numpy"),
        ("import cnnanalyze.layers", "pydantic"),
    ],
)
def test_the_probe_sees_what_is_imported(code: str, module: str) -> None:
    assert module in loaded(code)
