"""Profiles for Hypothesis, a place to write specs, and a command line that runs in this process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("dev", max_examples=50, deadline=None)
# The same cases at every run of one commit: what has passed here does not fail elsewhere.
settings.register_profile(
    "ci",
    max_examples=50,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", max_examples=5_000, deadline=None)
settings.register_profile("quick", max_examples=15, deadline=None)


def pytest_configure(config: pytest.Config) -> None:
    """Load a profile: the one that is asked for, or few examples where ``thorough`` is left out."""
    usual = "ci" if os.environ.get("CI") else "dev"
    quick = "not thorough" in str(config.getoption("markexpr"))
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick" if quick else usual))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of tests marked ``sampled(n)``, mark all but every n-th case as thorough."""
    seen: dict[str, int] = {}
    for item in items:
        marker = item.get_closest_marker("sampled")
        if marker is not None:
            test = item.nodeid.partition("[")[0]
            seen[test] = seen.get(test, -1) + 1
            if seen[test] % marker.args[0]:
                item.add_marker("thorough")


SPECS = Path(__file__).parent.parent / "specs"


@pytest.fixture
def write_spec(tmp_path: Path) -> Callable[[str], Path]:
    """Write a spec into a file of its own."""

    def write(text: str, name: str = "net.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


class Outcome(NamedTuple):
    """What became of a command line."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line as on a terminal of 100 columns without colours."""
    from cnnanalyze.cli import run as run_command

    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: object, columns: int | None = None) -> Outcome:
        if columns is not None:
            monkeypatch.setenv("COLUMNS", str(columns))
        code = run_command([str(a) for a in arguments])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Return a function that runs a command in an empty folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "CI_PROJECT_DIR", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def command(*arguments: str) -> Outcome:
        from cnnanalyze.cli import run as run_command

        code = run_command(list(arguments))
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return command


@pytest.fixture
def net(tmp_path: Path) -> Path:
    """Return a file with one finding."""
    from tests.linting.networks import EVEN

    path = tmp_path / "net.yaml"
    path.write_text(EVEN, encoding="utf-8")
    return path


# --- a Chromium without a window; where there is none, the tests say what they skip ---------------

BINARIES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return a browser: playwright's own Chromium, or the system's."""
    driver = pytest.importorskip(
        "playwright.sync_api", reason="pages in a browser: playwright is not installed"
    )
    with driver.sync_playwright() as playwright:
        launch: dict[str, Any] = {"args": ["--no-sandbox"]}
        if not Path(playwright.chromium.executable_path).exists():
            found = next(filter(None, map(shutil.which, BINARIES)), None)
            if found is None:
                pytest.skip("pages in a browser: there is no Chromium")
            launch["executable_path"] = found
        running = playwright.chromium.launch(**launch)
        yield running
        running.close()


Open = Callable[..., Any]


@pytest.fixture
def open_page(browser: Any) -> Iterator[Open]:
    """Open a file in a context of its own; what the page complains of is kept with it."""
    contexts: list[Any] = []

    def open_page(path: Path, *, javascript: bool = True, **options: Any) -> Any:
        size = {"width": options.pop("width", 1280), "height": options.pop("height", 800)}
        context = browser.new_context(java_script_enabled=javascript, viewport=size, **options)
        contexts.append(context)
        page = context.new_page()
        page.complaints, page.requests = [], []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (page.complaints.append("dialog"), dialog.dismiss()))
        page.on("request", lambda request: page.requests.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
