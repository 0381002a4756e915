"""Networks of facts: specs of the zoo, and small ones written beside the fact."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.auditing.tables import ENDING
from cnnanalyze.core.diagnostics import show_tree
from cnnanalyze.core.files import is_file
from cnnanalyze.core.filters import FILTERS
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.tree import Mapping, Sequence, Tree, plain, text_of
from cnnanalyze.course.worked_steps.window_steps import rotated
from cnnanalyze.errors import CnnError, Fault, Source, SpecError
from cnnanalyze.graph.network import Network
from cnnanalyze.language.build import build, load, vary
from cnnanalyze.language.spec import key_of
from cnnanalyze.language.zoo import zoo

PARTS = ("input", "params", "defaults", "blocks", "layers", "outputs", "train")
"""The sections of a spec that a fact may write out."""

Settings = dict[str, Any]


class NetworkCache:
    """Networks and their analyses, each read and analyzed once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._plain: dict[str, Network] = {}
        self._analyses: dict[tuple[str, str], Analysis] = {}

    def analysis(self, ask: Mapping, settings: Settings | None = None) -> Analysis:
        """Return what the rules say of the network that a question names or writes out.

        Raises
        ------
        SpecError
            If there is no such spec, or it cannot be read.
        """
        name, network = self._network(ask)
        given = {**_settings(ask.get("set")), **(settings or {})}
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

    def _network(self, ask: Mapping) -> tuple[str, Network]:
        spec = ask.get("spec")
        if spec is None:
            self._check_written(ask)
            data = {"cnn": 1, **{p: plain(t) for p in PARTS if (t := ask.get(p)) is not None}}
            if (flip := ask.get("flip")) is not None and plain(flip):
                data["layers"] = [_flipped(step) for step in data["layers"]]
            text = json.dumps(data)
            if text not in self._plain:
                try:
                    self._plain[text] = build(Source(str(ask.mark), text))
                except CnnError as error:
                    # The text is the fact's, in one line: its place in the file says more.
                    raise SpecError(
                        *(Fault(f.message, ask.mark, f.help) for f in error.faults)
                    ) from None
            return text, self._plain[text]
        if not text_of(spec):
            raise SpecError(Fault(f"'spec' must name a spec, not {show_tree(spec)}", spec.mark))
        for key, _ in ask.entries:
            if key.text in {*PARTS, "flip"}:
                raise SpecError(
                    Fault(
                        f"'{key.text}' is not read beside 'spec', which brings its own",
                        key.mark,
                        "change a parameter of the spec with 'set', or write it out without 'spec'",
                    )
                )
        word = text_of(spec)
        if word not in self._plain:
            self._plain[word] = load(self._path(word, spec))
        return word, self._plain[word]

    @staticmethod
    def _check_written(ask: Mapping) -> None:
        """Refuse a network with missing keys."""
        layers, flip = ask.get("layers"), ask.get("flip")
        if not isinstance(layers, Sequence):
            mark = ask.mark if layers is None else layers.mark
            raise SpecError(
                Fault("the question needs a 'spec', or a list of 'layers' with their 'input'", mark)
            )
        if flip is not None and not isinstance(plain(flip), bool):
            raise SpecError(
                Fault(f"'flip' must be true or false, not {show_tree(flip)}", flip.mark)
            )

    def _path(self, word: str, tree: Tree) -> Path:
        known = zoo()
        for folder in (self.folder, self.folder.parent):
            if is_file(place := folder / f"{word}.yaml"):
                return place
        if word in known:
            return known[word]
        raise SpecError(
            Fault(
                f"there is no spec '{word}', neither beside the file nor in the zoo"
                f"{nearest(word, tuple(known))}",
                tree.mark,
            )
        )

    def table(self, word: str, tree: Tree) -> Path:
        """Return the file of a table of networks: beside the file, or of the zoo."""
        folders = (self.folder, self.folder.parent / "tables", _zoo_folder() / "tables")
        for place in (folder / f"{word}{ENDING}" for folder in folders):
            if is_file(place):
                return place
        raise SpecError(
            Fault(f"there is no table '{word}', neither beside the file nor in the zoo", tree.mark)
        )


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


def _settings(tree: Tree | None) -> Settings:
    if tree is not None and not isinstance(tree, Mapping):
        raise SpecError(
            Fault(f"'set' must map parameters to values, not {show_tree(tree)}", tree.mark)
        )
    return dict(plain(tree)) if tree is not None else {}
