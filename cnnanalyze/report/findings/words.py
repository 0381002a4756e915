"""What all forms of findings share: places, counts and marks that survive an edit of the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from cnnanalyze.core.spelling import count_of
from cnnanalyze.errors import Mark
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.result import LintResult


def shown(name: str, base: Path | None = None) -> str:
    """Return the name of a file relative to a folder, with slashes, if it lies below.

    Examples
    --------
    >>> shown("specs/net.yaml"), shown("<text>")
    ('specs/net.yaml', '<text>')
    """
    path = Path(name)
    here = base or Path.cwd()
    if path.is_absolute():
        return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()
    return name if name.startswith("<") else path.as_posix()


def file_of(finding: Finding) -> str:
    """Return the file of a finding, as it is shown."""
    return shown(finding.mark.source.name if finding.mark else finding.file)


def place(mark: Mark) -> str:
    """Return ``file:line:column``."""
    return f"{shown(mark.source.name)}:{mark.line}:{mark.column}"


def place_of(finding: Finding) -> str:
    """Return the place of a finding; of one without a place, its file."""
    return place(finding.mark) if finding.mark else file_of(finding) or "(no place)"


def instances(finding: Finding) -> str:
    """Return in how many places of the network a line of text is at fault, if in several."""
    if finding.instances == 1:
        return ""
    first = f"; the first is {finding.path}" if finding.path else ""
    return f"in {finding.instances} instances{first}"


def sentence(finding: Finding) -> str:
    """Return the message with the number of instances."""
    more = instances(finding)
    return f"{finding.message} ({more})" if more else finding.message


def end_lines(lines: list[str]) -> str:
    """Return lines, each with its end; nothing if there are none."""
    return "".join(f"{line}\n" for line in lines)


def closing(result: LintResult) -> str:
    """Return the last line of a run: how much was found, in how many files."""
    counts = result.counts
    files = count_of(len(result.files), "file")
    kinds = [
        count_of(counts["error"], "error") if counts["error"] else "",
        count_of(counts["warning"], "warning") if counts["warning"] else "",
        f"{counts['info']:,} info" if counts["info"] else "",
    ]
    said = ", ".join(kind for kind in kinds if kind)
    safe = sum(f.fix is not None and not f.fix.unsafe for f in result)
    unsafe = sum(f.fix is not None and bool(f.fix.unsafe) for f in result)
    text = f"{said} in {files}" if said else f"nothing found in {files}"
    notes = [
        f"{result.suppressed:,} ignored" if result.suppressed else "",
        f"{result.hidden:,} in the baseline" if result.hidden else "",
        f"{count_of(result.passed_over, 'other YAML file')} passed over"
        if result.passed_over
        else "",
        f"{safe:,} fixable with --fix" if safe else "",
        f"{unsafe:,} with --unsafe-fixes" if unsafe else "",
    ]
    behind = "; ".join(note for note in notes if note)
    return f"{text} ({behind})" if behind else text


def fingerprints(result: LintResult) -> Iterator[tuple[Finding, str]]:
    """Yield every finding with a mark that stays when lines are put in or taken out above it.

    It is made of the rule, the file, the path of the layer or else the text of the line, and a
    number where these are the same.
    """
    import hashlib  # noqa: PLC0415 - the forms for people do without

    seen: Counter[str] = Counter()
    for finding in result:
        what = finding.path
        if not what and finding.mark is not None:
            lines = finding.mark.source.lines
            what = lines[finding.mark.line - 1].strip() if finding.mark.line <= len(lines) else ""
        if finding.mark is None:
            what = what or finding.message
        key = "\n".join((finding.code, file_of(finding), what))
        seen[key] += 1
        data = f"{key}\n{seen[key]}".encode()
        yield finding, hashlib.sha256(data).hexdigest()[:32]
