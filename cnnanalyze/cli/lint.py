"""``cnnanalyze lint``: what is wrong with specs, and what looks wrong in them?"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.cli import options as option
from cnnanalyze.errors import CnnError, UsageError

if TYPE_CHECKING:
    from cnnanalyze.linting.finding import Severity
    from cnnanalyze.linting.result import FileResult, LintResult
    from cnnanalyze.linting.run import Configuration, LintTarget
    from cnnanalyze.linting.settings import SettingsSource

Codes = list[str] | None
RULES, FAILING, CHANGES, BASELINE, CONFIGURATION = (
    "Rules",
    "When to fail",
    "Changes",
    "Baseline",
    "Configuration",
)
"""Groups of options in the help."""


EXAMPLES = (
    ("cnnanalyze lint", "every spec in this folder"),
    ("cnnanalyze lint net.yaml --diff", "what --fix would change"),
    ("cnnanalyze lint specs --select CV,NA001 -o lint.sarif", "some rules, for code scanning"),
    ("cnnanalyze lint specs --baseline lint.json --write-baseline", "from now on only what is new"),
)


def lint(
    specs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SPEC",
            help="Files, folders, patterns, zoo:NAME, or - for stdin; by default this folder.",
            show_default=False,
            autocompletion=complete.specs,
        ),
    ] = None,
    *,
    select: Annotated[
        Codes,
        typer.Option(
            metavar="CODES",
            help="Only these rules: codes, their first letters, names.",
            rich_help_panel=RULES,
            autocompletion=complete.list_of(complete.rules),
        ),
    ] = None,
    extend_select: Annotated[
        Codes,
        typer.Option(
            metavar="CODES",
            help="These rules as well.",
            rich_help_panel=RULES,
            autocompletion=complete.list_of(complete.rules),
        ),
    ] = None,
    ignore: Annotated[
        Codes,
        typer.Option(
            metavar="CODES",
            help="Not these rules.",
            rich_help_panel=RULES,
            autocompletion=complete.list_of(complete.rules),
        ),
    ] = None,
    profile: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="default, teaching or strict.",
            rich_help_panel=RULES,
            autocompletion=complete.one_of(complete.profiles),
        ),
    ] = "",
    target: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Also the rules for this hardware.",
            rich_help_panel=RULES,
            autocompletion=complete.one_of(complete.targets),
        ),
    ] = "",
    fail_on: Annotated[
        str,
        typer.Option(
            metavar="LEVEL",
            help="Fail from this severity on: error, warning or info; by default warning.",
            rich_help_panel=FAILING,
            autocompletion=complete.one_of(complete.severities),
        ),
    ] = "",
    min_severity: Annotated[
        str,
        typer.Option(
            metavar="LEVEL",
            help="Report only this severity and above: error, warning or info.",
            rich_help_panel=option.OUTPUT,
            autocompletion=complete.one_of(complete.severities),
        ),
    ] = "",
    max_warnings: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=0, help="Fail if there are more warnings.", rich_help_panel=FAILING
        ),
    ] = None,
    exit_zero: Annotated[
        bool,
        typer.Option(
            "--exit-zero", help="Do not fail because of findings.", rich_help_panel=FAILING
        ),
    ] = False,
    format: option.FindingReference = None,  # noqa: A002 - the name of the option
    output: option.FindingOutputs = None,
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet",
            "-q",
            help="Print only the findings.",
            rich_help_panel=option.OUTPUT,
        ),
    ] = False,
    fix: Annotated[
        bool,
        typer.Option("--fix", help="Apply all safe fixes.", rich_help_panel=CHANGES),
    ] = False,
    unsafe_fixes: Annotated[
        bool,
        typer.Option(
            "--unsafe-fixes",
            help="With --fix or --diff: also apply fixes that break a claim of the spec.",
            rich_help_panel=CHANGES,
        ),
    ] = False,
    diff: Annotated[
        bool,
        typer.Option(
            "--diff",
            help="Show what --fix would change; change nothing.",
            rich_help_panel=CHANGES,
        ),
    ] = False,
    exit_non_zero_on_fix: Annotated[
        bool,
        typer.Option(
            "--exit-non-zero-on-fix",
            help="Fail if --fix changed anything.",
            rich_help_panel=FAILING,
        ),
    ] = False,
    add_ignore: Annotated[
        str | None,
        typer.Option(
            metavar="REASON",
            help="Add an ignore comment to every line with findings.",
            rich_help_panel=CHANGES,
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Hide the findings listed in this file; stale entries fail.",
            rich_help_panel=BASELINE,
        ),
    ] = None,
    write_baseline: Annotated[
        bool,
        typer.Option(
            "--write-baseline",
            help="Write all findings to the baseline.",
            rich_help_panel=BASELINE,
        ),
    ] = False,
    prune_baseline: Annotated[
        bool,
        typer.Option(
            "--prune-baseline",
            help="Remove stale entries from the baseline.",
            rich_help_panel=BASELINE,
        ),
    ] = False,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Use this configuration instead of the closest one.",
            rich_help_panel=CONFIGURATION,
        ),
    ] = None,
    isolated: Annotated[
        bool,
        typer.Option(
            "--isolated",
            help="Ignore configuration files.",
            rich_help_panel=CONFIGURATION,
        ),
    ] = False,
    show_settings: Annotated[
        bool,
        typer.Option(
            "--show-settings",
            help="Print the settings of each spec, and exit.",
            rich_help_panel=CONFIGURATION,
        ),
    ] = False,
    exclude: option.Exclude = None,
    extend_exclude: option.ExtendExclude = None,
    include: option.Include = None,
    force_exclude: option.ForceExclude = False,
    show_files: Annotated[
        bool,
        typer.Option(
            "--show-files",
            help="Print which files would be read, and exit.",
            rich_help_panel=option.FOLDERS,
        ),
    ] = False,
    stdin_filename: Annotated[
        str, typer.Option(metavar="FILE", help="File name of the spec on stdin.")
    ] = "",
    jobs: Annotated[
        int,
        typer.Option("--jobs", "-j", metavar="N", min=0, help="Processes; 0: as many as cores."),
    ] = 1,
    watch: Annotated[
        bool, typer.Option("--watch", help="Keep running, and lint again whenever a file changes.")
    ] = False,
    settings: option.Settings = None,
) -> None:
    """Find what is wrong in specs, with the place, the numbers and what to do.

    Ends with 0 if nothing is as grave as --fail-on, with 1 if something is, and with 2 if the work
    could not be done. 'cnnanalyze rule' explains the rules.
    """
    from cnnanalyze.cli import findings as show
    from cnnanalyze.cli.formats import read_finding_output, usual_finding_format
    from cnnanalyze.cli.output import complain
    from cnnanalyze.cli.specs import read_settings, search
    from cnnanalyze.linting.result import LintResult
    from cnnanalyze.linting.run import Configuration

    given = _given(select, extend_select, ignore, profile, target, fail_on, max_warnings)
    outputs = [read_finding_output(text) for text in output or ()]
    if (write_baseline or prune_baseline) and baseline is None:
        raise UsageError("which baseline?", help="name it with --baseline FILE")
    _refuse_both("--write-baseline", write_baseline, "--prune-baseline", prune_baseline)
    _refuse_both("--fix", fix, "--add-ignore", add_ignore is not None)
    _refuse_both("--isolated", isolated, "--config", config is not None)
    if unsafe_fixes and not (fix or diff):
        raise UsageError("--unsafe-fixes needs --fix or --diff", help="add one of them")
    least = _severity(min_severity) if min_severity else None
    configuration = Configuration(given, config, isolated)
    scan = option.read_scan(
        exclude, extend_exclude, include, force_exclude, config=config, isolated=isolated
    )
    asked = specs or ["."]
    parameters = read_settings(settings)

    def once() -> int:
        found = search(asked, scan)
        named = [_spec(name, stdin_filename) for name in found.names]
        _check_outputs([path for _, path in outputs], named)
        if show_files:
            return show.files(named)
        if show_settings:
            return show.settings(named, configuration)
        changes = 0
        if fix or diff or add_ignore is not None:
            from cnnanalyze.cli.changes import change

            files, failed, changes = change(
                *(named, configuration, parameters),
                diff=diff,
                reason=add_ignore,
                with_unsafe=unsafe_fixes,
            )
            if not (diff or quiet):
                show.changes(changes)
        else:
            files, failed = _judge(named, configuration, parameters, jobs or os.cpu_count() or 1)
        result = LintResult(tuple(files), passed_over=found.passed_over)
        result = _against(result, baseline, write=write_baseline, prune=prune_baseline)
        result = result if least is None else result.from_severity(least)
        if not diff:
            show.result(result, format or usual_finding_format(), quiet=quiet)
        for name, path in outputs:
            show.write(result, name, path)
        complain(failed)
        if failed:
            return 2
        if changes and (exit_non_zero_on_fix or diff):
            return 1
        return 0 if exit_zero or diff or _passes(result, named, configuration) else 1

    if watch:
        _follow(asked, once)
    elif code := once():
        raise typer.Exit(code)


def _follow(specs: Sequence[str], once: Callable[[], object]) -> None:
    from cnnanalyze.cli.changes import follow

    follow(specs, once)


def _refuse_both(one: str, has_one: bool, other: str, has_other: bool) -> None:
    if has_one and has_other:
        raise UsageError(f"{one} and {other} exclude each other")


# --- what is asked for ---------------------------------------------------------------------------


def _given(
    select: Codes,
    extend_select: Codes,
    ignore: Codes,
    profile: str,
    target: str,
    fail_on: str,
    max_warnings: int | None,
) -> "SettingsSource":
    from cnnanalyze.linting.selection import Level, check_profile
    from cnnanalyze.linting.settings import SettingsSource

    if select is not None and not _words(select):  # an unset variable: nothing would be found
        raise UsageError("--select names no rule", help="for example --select CV,NA001")
    level = Level(
        check_profile(profile) if profile else None,
        target or None,
        _words(select) if select is not None else None,
        _words(extend_select),
        _words(ignore),
    )
    return SettingsSource(
        "the command line",
        level,
        fail_on=_severity(fail_on) if fail_on else None,
        max_warnings=max_warnings,
    )


def _words(given: Codes) -> tuple[str, ...]:
    from cnnanalyze.core.word_list import words_of

    return tuple(word for text in given or () for word in words_of(text))


def _severity(name: str) -> "Severity":
    from cnnanalyze.core.registry import nearest
    from cnnanalyze.linting.finding import SEVERITIES

    for severity in SEVERITIES:
        if severity == name:
            return severity
    raise UsageError(
        f"there is no severity '{name}'{nearest(name, SEVERITIES)}",
        help=f"the severities are {', '.join(SEVERITIES)}",
    )


def _check_outputs(paths: Sequence[Path], specs: "Sequence[LintTarget]") -> None:
    """Refuse to write results over what is linted."""
    from cnnanalyze.core.files import resolved

    read = {resolved(spec.name) for spec in specs if spec.text is None} if paths else set()
    for path in paths:
        if resolved(path) in read:
            raise UsageError(
                f"'{path}' is one of the specs, and is not written over", help="choose another file"
            )


def _spec(name: str, stdin_filename: str) -> "LintTarget":
    from cnnanalyze.cli.specs import STDIN
    from cnnanalyze.core.files import read_stdin
    from cnnanalyze.linting.run import LintTarget, of_file

    if name == STDIN:
        folder = Path(stdin_filename).parent if stdin_filename else Path()
        base = folder if stdin_filename else None
        return LintTarget(stdin_filename or "<stdin>", folder, read_stdin(), base)
    if name.startswith("zoo:"):
        from cnnanalyze.language.zoo import find_spec

        path = find_spec(name)
        return LintTarget(str(path), Path(), None, path.parent, is_of_zoo=True)
    return of_file(Path(name))


# --- doing it ------------------------------------------------------------------------------------


def _judge(
    specs: "Sequence[LintTarget]",
    configuration: "Configuration",
    parameters: dict[str, Any],
    jobs: int,
) -> "tuple[list[FileResult], list[CnnError]]":
    from cnnanalyze.linting.run import lint_specs

    files: list[FileResult] = []
    failed: list[CnnError] = []
    for found in lint_specs(specs, configuration, parameters, jobs=jobs):
        if isinstance(found, CnnError):
            failed.append(found)
        else:
            files.append(found)
    return files, failed


def _against(result: "LintResult", path: Path | None, *, write: bool, prune: bool) -> "LintResult":
    if path is None:
        return result
    from cnnanalyze.core.file_writing import write_file
    from cnnanalyze.linting import baseline

    if write:
        baseline.check_writable(path)
        known = baseline.of(result.files, path)
        write_file(path, baseline.written(known))
    else:
        known = baseline.read(path)
        if prune:
            known = baseline.prune(known, result)
            write_file(path, baseline.written(known))
    return baseline.hide(result, known)


def _passes(
    result: "LintResult", specs: "Sequence[LintTarget]", configuration: "Configuration"
) -> bool:
    """Whether the result passes by what the command line says, or else the configurations."""
    for folder in dict.fromkeys(spec.folder for spec in specs):
        settings = configuration.of(folder)
        if not result.passes(settings.fails_from, settings.max_warnings):
            return False
    return True
