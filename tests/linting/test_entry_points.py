"""Rules of other packages: found by their entry points, in a process of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.linting.networks import EVEN
from tests.plug_ins import install, run_beside

PLUG_IN = ("rules", "acme", "acme_rules")
RULE = '''
"""A rule of somebody else's."""

from cnnanalyze.linting.rule import Rule, rule


@rule
class NarrowLayer(Rule):
    """A layer has fewer than 8 channels."""

    code = "ACME001"
    name = "narrow-layer"

    def check(self, context):
        for node in context.network:
            yield self.found(context, f"{node.output.channels} channels are few", node=node)
'''


def lint(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Lint a file with a folder of packages on the path."""
    (folder / "net.yaml").write_text(EVEN)
    return run_beside(folder, *options)


@pytest.mark.thorough
def test_rule_of_an_installed_package_is_on_and_can_be_selected(tmp_path: Path) -> None:
    install(tmp_path, *PLUG_IN, RULE)
    done = lint(tmp_path, "lint", "net.yaml", "-f", "concise")
    assert "warning[ACME001] narrow-layer: 7 channels are few" in done.stdout
    assert "CV003" in done.stdout
    done = lint(tmp_path, "lint", "net.yaml", "-f", "concise", "--ignore", "ACME")
    assert "ACME001" not in done.stdout
    assert done.returncode == 1
    done = lint(tmp_path, "rule", "narrow-layer")
    assert done.stdout.startswith("ACME001 narrow-layer (warning, always on)\n")
    assert "Other rules\n\n  ACME001  narrow-layer " in lint(tmp_path, "rule").stdout


def test_package_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    install(tmp_path, *PLUG_IN, "raise RuntimeError('out of order')")
    done = lint(tmp_path, "lint", "net.yaml")
    assert done.returncode == 2
    assert done.stderr == (
        "error: the rule plug-in 'acme' (acme_rules) cannot be loaded: out of order\n"
        "  help: mend or uninstall the package that provides it\n"
    )


def test_code_that_is_taken_is_refused(tmp_path: Path) -> None:
    install(tmp_path, *PLUG_IN, RULE.replace("ACME001", "CV003"))
    done = lint(tmp_path, "lint", "net.yaml")
    assert done.returncode == 2
    assert (
        "rule 'CV003' is registered already, by cnnanalyze.linting.rules.convolution" in done.stderr
    )
