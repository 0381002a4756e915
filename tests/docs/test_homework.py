"""What docs/guides/homework.md prints is what one gets, and it names all there is."""

from __future__ import annotations

import re

from cnnanalyze.course.explanations.additive_quantities import additive_quantities
from cnnanalyze.course.misconceptions.catalogue import NAMES, Rank
from cnnanalyze.course.sheets.questions.combination import COMBINATIONS
from cnnanalyze.course.sheets.questions.layer_pattern import PATTERN
from cnnanalyze.course.sheets.questions.topics import TOPICS
from tests.course.marking import ROOT

PAGE = ROOT / "docs" / "guides" / "homework.md"
TEXT = PAGE.read_text("utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TEXT, flags=re.DOTALL)


def test_all_mistakes_are_listed_as_what_they_are() -> None:
    _, _, listed = TEXT.partition("### The mistakes")
    common, _, others = listed.partition("Less common")
    others = others.partition("\n## ")[0]
    found = {
        rank: {name.replace("\n", " ") for name in re.findall(r"`([^`]+)`", part)}
        for rank, part in ((True, common), (False, others))
    }
    assert found[True] == {name for name, rank in NAMES.items() if rank is Rank.COMMON}
    assert found[False] == {name for name, rank in NAMES.items() if rank is not Rank.COMMON}


def test_all_topics_quantities_and_combinations_are_named() -> None:
    named = set(re.findall(r"`\{?(\w+)", TEXT))
    wanted = {*TOPICS, *COMBINATIONS, *additive_quantities(), *PATTERN}
    for topic in TOPICS.values():
        wanted.update(topic.quantities)
        wanted.update(set(topic.section.model_fields) - {"drop_last", "optimizer", "loss"})
    not_for_sheets = {"classes", "learning_rate", "weight_decay"}
    assert wanted - not_for_sheets - named == set()
