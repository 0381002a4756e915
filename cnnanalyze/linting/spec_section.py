"""The ``lint:`` section of a spec, as one more source of settings."""

from __future__ import annotations

from cnnanalyze.core import tree as trees
from cnnanalyze.core.tree import Scalar, Sequence, Tree
from cnnanalyze.errors import Mark, UsageError
from cnnanalyze.language.document import Document
from cnnanalyze.linting.selection import Level, check_target, resolve
from cnnanalyze.linting.settings import Settings, SettingsSource, check_thresholds

Complaint = tuple[Mark, str, str]
"""Place, message, help."""


def read_given(document: Document, settings: Settings) -> tuple[SettingsSource, list[Complaint]]:
    """Return what the section says, without the words that name nothing; these come beside it."""
    section, tree = document.written.lint, document.tree.get("lint")
    assert section is not None
    assert isinstance(tree, trees.Mapping)
    wrong: list[Complaint] = []

    def good(key: str) -> tuple[str, ...]:
        written = tree.get(key)
        items = written.items if isinstance(written, Sequence) else (written,)
        return tuple(
            item.text
            for item in items
            if isinstance(item, Scalar) and _is_known(item.text, item.mark, settings, wrong)
        )

    def keys(key: str) -> set[str]:
        written = tree.get(key)
        entries = written.entries if isinstance(written, trees.Mapping) else ()
        return {k.text for k, _ in entries if _is_known(k.text, k.mark, settings, wrong)}

    target = section.target
    if target is not None:
        try:
            check_target(target, settings.known)
        except UsageError as error:
            wrong.append((_mark(tree, "target"), error.message, error.faults[0].help))
            target = None
    has_profile = tree.get("profile") is not None
    level = Level(
        section.profile if has_profile else None,
        target,
        good("select") if tree.get("select") is not None else None,
        good("extend_select"),
        good("ignore"),
    )
    severe, numbered = keys("severity"), keys("thresholds")
    given = SettingsSource(
        document.source.name,
        level,
        {word: level for word, level in section.severity.items() if word in severe},
        thresholds={w: n for w, n in section.thresholds.items() if w in numbered},
    )
    for word in sorted(numbered):
        for code in sorted(resolve(word, settings.known)):
            try:
                check_thresholds(code, section.thresholds[word], settings)
            except UsageError as error:
                wrong.append((_mark(tree, "thresholds", word), error.message, error.faults[0].help))
    return given, wrong


def _is_known(word: str, mark: Mark, settings: Settings, wrong: list[Complaint]) -> bool:
    try:
        resolve(word, settings.known)
    except UsageError as error:
        wrong.append((mark, error.message, error.faults[0].help))
        return False
    return True


def _mark(tree: trees.Mapping, *keys: str) -> Mark:
    found: Tree = tree
    for key in keys:
        inner = found.get(key) if isinstance(found, trees.Mapping) else None
        found = found if inner is None else inner
    return found.mark
