"""Galleries as objects of Python: all pages, to be written to a folder or held against one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cnnanalyze.core.file_writing import write_file
from cnnanalyze.core.files import is_file, printable
from cnnanalyze.core.processes import end_silently, starting
from cnnanalyze.core.spelling import count_of
from cnnanalyze.core.tabular import Row, Tabular
from cnnanalyze.crosscheck.record import VerificationRecord
from cnnanalyze.errors import CnnError, UsageError
from cnnanalyze.report.numbers import size
from cnnanalyze.report.page.assets import FOLDER, MADE
from cnnanalyze.report.page.gallery import (
    CONVENTIONS_PAGE,
    INDEX,
    PICTURE,
    NetworkPage,
    conventions_page,
    example,
    in_order,
    index,
    network_page,
    picture,
    possible,
)
from cnnanalyze.report.page.gallery_pages import EXAMPLES
from cnnanalyze.report.page.gallery_ways import with_ways

FEW = 4
"""For fewer pages than this it takes longer to start processes than to write them."""


@dataclass(frozen=True, repr=False)
class Gallery(Tabular):
    """A page for every network, and one that leads to them all.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> gallery = cnn.gallery("zoo:lenet5")
    >>> sorted(gallery.pages)
    ['conventions.html', 'graded_sheet.html', 'index.html', 'lenet5.html', 'solved_sheet.html']
    """

    files: Mapping[str, str]
    """The texts of all files by their names: the pages, and what they read beside them."""

    @property
    def pages(self) -> Mapping[str, str]:
        """The pages by the names of their files."""
        return {name: text for name, text in self.files.items() if name.endswith(".html")}

    def rows(self) -> Iterator[Row]:
        """Yield the pages, each with its size in bytes, its data included."""
        for name, text in self.pages.items():
            data = self.files.get(f"{name.removesuffix('.html')}.js", "")
            yield {"page": name, "bytes": len(text.encode()) + len(data.encode())}

    def headline(self) -> str:
        """Return in one line how many pages there are, and how large they are."""
        return f"{self.count}, {self.size}"

    @property
    def count(self) -> str:
        """How many pages there are, in words."""
        return count_of(len(self.pages), "page")

    @property
    def size(self) -> str:
        """How large they are together, with all files beside them, in words."""
        return size(sum(len(text.encode()) for text in self.files.values()))

    def write(self, folder: str | Path) -> None:
        """Write the files to a folder, and take away those of an earlier gallery.

        Raises
        ------
        UsageError
            If the folder cannot be made, or a page cannot be written.
        """
        below = Path(folder)
        try:
            for folder_ in {(below / name).parent: None for name in (*self.files, INDEX)}:
                folder_.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"cannot make the folder '{below}': {(error.strerror or str(error)).lower()}"
            ) from None
        for name, text in self.files.items():
            write_file(below / name, text)
        for path in self._superfluous(below):
            path.unlink()

    def differences(self, folder: str | Path) -> tuple[str, ...]:
        """Return the files of a folder that are not as they would be written, and why not.

        Nothing comes back if the folder holds just these pages.
        """
        below = Path(folder)
        found = []
        for name, text in sorted(self.files.items()):
            path = below / name
            if not is_file(path):
                found.append(f"missing    {path}")
            elif path.read_bytes() != text.encode():
                found.append(f"different  {path}")
        return (*found, *(f"left over  {path}" for path in self._superfluous(below)))

    def _superfluous(self, folder: Path) -> list[Path]:
        """Return the files of an earlier gallery that are no longer part of it."""
        found = (p for pattern in ("*.html", "*.js", f"{FOLDER}/*") for p in folder.glob(pattern))
        return sorted(
            path
            for path in found
            if path.relative_to(folder).as_posix() not in self.files and _is_ours(path)
        )


def _is_ours(path: Path) -> bool:
    """Whether a file says that it was made here."""
    start = path.read_bytes()[:4096] if is_file(path) else b""
    if path.suffix == ".html":
        return b'content="cnnanalyze ' in start
    return MADE.encode() in start.partition(b"\n")[0]


def by_page(paths: Iterable[Path]) -> dict[str, Path]:
    """Return specs by the names of their pages.

    Raises
    ------
    UsageError
        If two files would have the same page.

    Examples
    --------
    >>> by_page([Path("a/net.yaml"), Path("b/other.yaml")])["other"].as_posix()
    'b/other.yaml'
    """
    found: dict[str, Path] = {}
    for path in paths:
        # What is not a text, and what browsers take for a slash, is in no address.
        name = printable(path.stem).replace("\\", "-")
        before = found.setdefault(name, path)
        if before != path:
            raise UsageError(
                f"'{before}' and '{path}' would share the page {name}.html",
                help="give one of the files another name",
            )
    return found


def files_of(
    paths: dict[str, Path], jobs: int, record: VerificationRecord | None = None
) -> dict[str, str]:
    """Return the texts of all files of a gallery by their names.

    Parameters
    ----------
    paths
        The specs by the names of their pages.
    jobs
        Processes.
    record
        What was verified.

    Raises
    ------
    UsageError
        If a network would have the page of something else.
    """
    shown = possible(paths)
    reserved = {INDEX, PICTURE, CONVENTIONS_PAGE, *(e.name for e in EXAMPLES)}
    if taken := sorted(reserved & set(paths)):
        raise UsageError(
            f"'{paths[taken[0]]}' would have the page {taken[0]}.html, which the gallery needs",
            help="give the file another name",
        )
    pages = list(_network_pages(paths, jobs, record))
    cards = in_order(page.card for page in pages)
    files = {name: text for page in pages for name, text in page.files.items()}
    files |= picture(cards) | conventions_page()
    for e in shown:
        files |= example(e, paths)
    return with_ways(files, cards, shown) | index(cards, shown)


def _network_pages(
    paths: dict[str, Path], jobs: int, record: VerificationRecord | None
) -> Iterator[NetworkPage]:
    """Make the pages of all networks, in several processes where that is quicker."""
    if jobs == 1 or len(paths) < FEW:
        for name, path in paths.items():
            yield network_page(path, name, record)
        return
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - for many pages only
    from multiprocessing import get_context  # noqa: PLC0415

    # Started afresh: a copy of this process would share what threads of ours hold.
    context = get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(paths)), context, end_silently) as pool:
        # The largest first, so that no process ends long after the others.
        order = sorted(paths, key=lambda n: (-paths[n].stat().st_size, n))
        try:
            with starting():
                found = {n: pool.submit(network_page, paths[n], n, record) for n in order}
            for name in paths:
                yield found[name].result()
        except (CnnError, KeyboardInterrupt):
            pool.shutdown(cancel_futures=True)  # who ends is waited for here, not amid the exit
            raise
