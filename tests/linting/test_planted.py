"""Faults planted in good specs are found: the right rule at the right line, for 95 seeds of 100."""

from __future__ import annotations

import sys
from functools import cache

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings

from cnnanalyze.errors import Source
from cnnanalyze.linting.engine import lint_source
from cnnanalyze.linting.finding import Finding
from tests.conftest import SPECS
from tests.linting.mutator import Mutant, draw
from tests.linting.planting.good import FAULTS, Good
from tests.linting.planting.writing import steps_of, top
from tests.strategies.networks import specs

SEEDS = 100
NEEDED = 95
BUILT = 40
"""So many networks built by Hypothesis are looked at; those of them are good that nothing says
worse of than info."""


@cache
def goods() -> list[list[Good]]:
    """Return the good specs: those of the zoo that stand alone, and built ones."""
    zoo = [
        Good(path.name, text)
        for path in sorted(SPECS.glob("*.yaml"))
        if "\nextends:" not in (text := path.read_text("utf-8"))
    ]
    return [zoo, built()]


def built() -> list[Good]:
    """Return good specs that Hypothesis built, always the same."""
    texts: list[str] = []

    @seed(2026)
    @settings(
        max_examples=BUILT * 4,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(specs())
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    found: list[Good] = []
    for number, text in enumerate(dict.fromkeys(map(_without_spare_blocks, texts))):
        said = lint_source(Source("built", text)).findings
        if all(f.severity == "info" for f in said) and len(found) < BUILT:
            found.append(Good(f"built{number}.yaml", text))
    return found


def _without_spare_blocks(text: str) -> str:
    """Return a spec without the blocks that it does not use: a good one holds no dead text."""
    document = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(document, yaml.MappingNode)
    blocks = top(document, "blocks")
    assert isinstance(blocks, yaml.MappingNode)
    while True:
        used = {step.key.value for step in steps_of(document, text)}
        kept = [pair for pair in blocks.value if pair[0].value in used]
        if len(kept) == len(blocks.value):
            break
        blocks.value = kept
    if not blocks.value:
        document.value = [pair for pair in document.value if pair[1] is not blocks]
    return yaml.serialize(document)


def judge(name: str, text: str) -> list[str]:
    """Return what the linter says, one line for each finding."""
    return [_line(f) for f in lint_source(Source(name, text)).findings]


def _line(finding: Finding) -> str:
    line = finding.mark.line if finding.mark else 0
    return f"{line} {finding.code} {finding.message}"


@cache
def said_before(name: str) -> list[str]:
    """Return what is said of the good spec."""
    (text,) = (good.text for sort in goods() for good in sort if good.name == name)
    return judge(name, text)


def is_found(mutant: Mutant, found: list[str]) -> bool:
    """Whether one of the rules spoke up at the line of the fault, and said so not before."""

    def count(lines: list[str]) -> int:
        return sum(line.split()[1] in mutant.codes for line in lines)

    at = any(f.startswith(f"{mutant.line} {code} ") for f in found for code in mutant.codes)
    return at and count(found) > count(said_before(mutant.name))


@pytest.mark.thorough
def test_planted_faults_are_found() -> None:
    misses = []
    for number in range(SEEDS):
        mutant = draw(number, goods())
        found = judge(mutant.name, mutant.text)
        if not is_found(mutant, found):
            misses.append(
                f"{number} {mutant.kind} in {mutant.name}, line {mutant.line}, "
                f"{' or '.join(mutant.codes)}: {found}"
            )
    sys.stdout.write("\n".join([f"{SEEDS - len(misses)} of {SEEDS} found", *misses, ""]))
    assert SEEDS - len(misses) >= NEEDED, "\n".join(misses)


@pytest.mark.thorough
def test_seeds_plant_every_kind_in_many_specs() -> None:
    mutants = [draw(number, goods()) for number in range(SEEDS)]
    assert {m.kind for m in mutants} == set(FAULTS)
    assert len(FAULTS) >= 45
    assert len({m.name for m in mutants}) >= 40
    built = sum(m.name.startswith("built") for m in mutants)
    assert min(built, SEEDS - built) >= SEEDS // 4


@pytest.mark.thorough
def test_seeds_are_repeatable_and_change_the_text() -> None:
    texts = {good.name: good.text for sort in goods() for good in sort}
    for number in range(0, SEEDS, 7):
        mutant = draw(number, goods())
        assert mutant == draw(number, goods())
        assert mutant.text != texts[mutant.name]
        assert 1 <= mutant.line <= len(mutant.text.splitlines())
