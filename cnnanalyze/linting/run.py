"""Runs: many files, each with the configuration closest to it, in one process or several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnanalyze.core.configuration import find
from cnnanalyze.core.files import resolved
from cnnanalyze.core.processes import end_silently, starting
from cnnanalyze.errors import CnnError, Source, SpecError
from cnnanalyze.exchange.front_end import find as find_front_end
from cnnanalyze.exchange.load import load
from cnnanalyze.language.yaml import open_source
from cnnanalyze.linting.engine import lint_network, lint_refused, lint_source
from cnnanalyze.linting.result import FileResult
from cnnanalyze.linting.settings import CALLER, Settings, SettingsSource

_REGRESSION = "BG007"
"""The rule that reads the baseline of budgets."""


class Configuration:
    """Where settings come from: files by folder, or one file for all, and who calls.

    Parameters
    ----------
    caller
        What who calls has to say.
    file
        One configuration for all specs, instead of the closest of each.
    isolated
        Whether configuration files are passed over.
    with_baseline
        Whether the baseline of budgets has to be there: it is not, before it is first written.
    """

    def __init__(
        self,
        caller: SettingsSource = CALLER,
        file: Path | None = None,
        isolated: bool = False,
        with_baseline: bool = True,
    ) -> None:
        self.caller = caller
        self.with_baseline = with_baseline
        self.file = file
        self.isolated = isolated
        self._by_folder: dict[Path, Settings] = {}
        self._by_file: dict[Path | None, Settings] = {}

    def of(self, folder: Path) -> Settings:
        """Return the settings for specs in a folder."""
        if folder not in self._by_folder:
            path = self.file
            if path is None and not self.isolated:
                path = find(resolved(folder))
            if path not in self._by_file:
                files = () if path is None else _read(path).files
                self._by_file[path] = self._checked(Settings(files, self.caller))
            self._by_folder[folder] = self._by_file[path]
        return self._by_folder[folder]

    def _checked(self, settings: Settings) -> Settings:
        settings.check()
        if (
            self.with_baseline
            and settings.budgets.get("baseline")
            and _REGRESSION in settings.codes
        ):
            from cnnanalyze.linting.configured_budgets import (  # noqa: PLC0415 - few have one
                check_baseline,
            )

            check_baseline(settings.configured, settings.budgets)
        return settings


def _read(path: Path) -> Settings:
    from cnnanalyze.linting.config import read  # noqa: PLC0415 - most projects have no configuration

    return read(path)


@dataclass(frozen=True, slots=True)
class LintTarget:
    """A spec to be linted: a file, or a text that came from elsewhere."""

    name: str
    folder: Path
    """Where configurations are looked for."""
    text: str | None = None
    """What stands in it, if it is no file."""
    base: Path | None = None
    """The folder in whose tree ``extends`` may name files."""
    is_of_zoo: bool = False
    """Whether it comes with the package."""

    @property
    def is_model(self) -> bool:
        """Whether it is a file of another form, which a front end reads."""
        return self.text is None and find_front_end(self.name) is not None

    def open(self) -> Source:
        """Return the text with its name."""
        return open_source(self.name) if self.text is None else Source(self.name, self.text)


def of_file(path: Path) -> LintTarget:
    """Return the spec of a file."""
    return LintTarget(str(path), path.parent, None, path.parent)


def lint_specs(
    specs: Sequence[LintTarget],
    configuration: Configuration,
    parameters: Mapping[str, Any] | None = None,
    *,
    jobs: int = 1,
) -> Iterator[FileResult | CnnError]:
    """Yield the result of every spec in its order, or why it could not be opened.

    Parameters
    ----------
    specs
        What to lint.
    configuration
        Where settings come from.
    parameters
        Values for the parameters of the specs.
    jobs
        How many processes share the work.
    """
    jobs = min(jobs, len(specs))
    if jobs <= 1:
        yield from _lint(specs, configuration, parameters)
        return
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - not every run needs it

    # Small portions keep the processes busy to the end, and are not so small that sending them
    # would cost more than the work.
    size = max(1, min(25, len(specs) // (4 * jobs)))
    portions = [specs[n : n + size] for n in range(0, len(specs), size)]
    plain = Configuration(configuration.caller, configuration.file, configuration.isolated)
    with ProcessPoolExecutor(jobs, initializer=end_silently) as pool:
        try:
            with starting():
                found = pool.map(
                    _lint_portion, portions, [plain] * len(portions), [parameters] * len(portions)
                )
            for done in found:
                yield from done
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)  # who ends is waited for here, not amid the exit
            raise


def _lint_portion(
    specs: Sequence[LintTarget], configuration: Configuration, parameters: Mapping[str, Any] | None
) -> list[FileResult | CnnError]:
    return list(_lint(specs, configuration, parameters))


def _lint(
    specs: Iterable[LintTarget], configuration: Configuration, parameters: Mapping[str, Any] | None
) -> Iterator[FileResult | CnnError]:
    for spec in specs:
        settings = configuration.of(spec.folder)  # a wrong configuration ends the run
        try:
            if spec.is_model:
                yield lint_model(spec.name, settings, parameters)
            else:
                yield lint_source(spec.open(), spec.base, settings, parameters)
        except CnnError as error:
            yield error


def lint_model(
    name: str, settings: Settings, parameters: Mapping[str, Any] | None = None
) -> FileResult:
    """What is wrong with a file of another form, and what looks wrong in its network?

    Raises
    ------
    CnnError
        If the file cannot be opened, or its front end fails.
    """
    try:
        network = load(name, parameters)
    except SpecError as error:
        return lint_refused(name, error, settings)
    return lint_network(network, settings, name=name)
