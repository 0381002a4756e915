"""Networks of facts: specs of the zoo, and small ones written beside the fact."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.auditing.tables import ENDING
from cnnanalyze.core.files import is_file
from cnnanalyze.core.filters import FILTERS
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.tree import plain
from cnnanalyze.course.lectures.question_data import PARTS, NetworkQuestion
from cnnanalyze.course.worked_steps.window_steps import rotated
from cnnanalyze.errors import CnnError, Fault, Source, SpecError, UsageError
from cnnanalyze.graph.network import Network
from cnnanalyze.language.build import build, load, vary
from cnnanalyze.language.spec import key_of
from cnnanalyze.language.zoo import zoo

Settings = dict[str, Any]


class NetworkCache:
    """Networks and their analyses, each read and analyzed once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._plain: dict[str, Network] = {}
        self._analyses: dict[tuple[str, str], Analysis] = {}

    def analysis(self, ask: NetworkQuestion, settings: Settings | None = None) -> Analysis:
        """Return what the rules say of the network that a question names or writes out.

        Raises
        ------
        SpecError
            If there is no such spec, or it cannot be read.
        """
        name, network = self._network(ask)
        given = {**(plain(ask.set) if ask.set is not None else {}), **(settings or {})}
        key = name, key_of(tuple(given.items()))
        if key not in self._analyses:
            self._analyses[key] = analyze(vary(network, given) if given else network)
        return self._analyses[key]

    def of_file(self, path: Path, settings: Settings) -> Analysis:
        """Return the analysis of the spec in a file."""
        word = str(path)
        if word not in self._plain:
            self._plain[word] = load(path)
        key = word, key_of(tuple(settings.items()))
        if key not in self._analyses:
            network = self._plain[word]
            varied = vary(network, settings) if settings else network
            self._analyses[key] = analyze(varied, fields=False)
        return self._analyses[key]

    def _network(self, ask: NetworkQuestion) -> tuple[str, Network]:
        if not ask.spec:
            written = ((part, getattr(ask, part)) for part in PARTS)
            data = {"cnn": 1, **{p: plain(tree) for p, tree in written if tree is not None}}
            if ask.flip:
                data["layers"] = [_flipped(step) for step in data["layers"]]
            text = json.dumps(data)
            if text not in self._plain:
                try:
                    self._plain[text] = build(Source(str(ask.tree.mark), text))
                except CnnError as error:
                    # The text is the fact's, in one line: its place in the file says more.
                    raise SpecError(
                        *(Fault(f.message, ask.tree.mark, f.help) for f in error.faults)
                    ) from None
            return text, self._plain[text]
        if ask.spec not in self._plain:
            self._plain[ask.spec] = load(self._path(ask.spec))
        return ask.spec, self._plain[ask.spec]

    def _path(self, word: str) -> Path:
        known = zoo()
        for folder in (self.folder, self.folder.parent):
            if is_file(place := folder / f"{word}.yaml"):
                return place
        if word in known:
            return known[word]
        raise UsageError(
            f"there is no spec '{word}', neither beside the file nor in the zoo"
            f"{nearest(word, tuple(known))}"
        )

    def table(self, word: str) -> Path:
        """Return the file of a table of networks: beside the file, or of the zoo."""
        folders = (self.folder, self.folder.parent / "tables", _zoo_folder() / "tables")
        for place in (folder / f"{word}{ENDING}" for folder in folders):
            if is_file(place):
                return place
        raise UsageError(f"there is no table '{word}', neither beside the file nor in the zoo")


def _zoo_folder() -> Path:
    """Return the folder of the zoo."""
    specs: dict[str, Path] = zoo()
    return next(iter(specs.values())).parent


def _flipped(step: Any) -> Any:  # noqa: ANN401 - a step as it is written
    """Rotate the given weights by 180 degrees: a convolution in the strict sense."""
    if not isinstance(step, dict) or "weights" not in step:
        return step
    given = step["weights"]
    rows = FILTERS.get(given) if isinstance(given, str) else given
    if not isinstance(rows, list | tuple) or not all(isinstance(r, list | tuple) for r in rows):
        return step  # the reader of specs says what is wrong with it
    return {**step, "weights": rotated(tuple(map(tuple, rows)))}
