"""``gallery``: a page for every network, the same bytes every time, and an index."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import cnnanalyze as cnn
from cnnanalyze.cli import run as run_command
from cnnanalyze.report.page.gallery import GalleryCard, in_order, index, network_page
from cnnanalyze.report.page.gallery_pages import EXAMPLES
from tests.interrupts import interrupt
from tests.report.page.reader import Page

ROOT = Path(__file__).parent.parent.parent
SPECS = ROOT / "specs"
NAMES = (
    "alexnet",
    "edge_detection",
    "lenet5",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnext50_32x4d",
    "unet",
    "zfnet",
)
SHOWN = [e.name for e in EXAMPLES if set(e.networks) <= set(NAMES)]
"""The examples whose networks are there."""


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: object) -> Outcome:
        code = run_command([str(a) for a in arguments])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a gallery, made by several processes."""
    folder = tmp_path_factory.mktemp("gallery") / "reports"
    specs = [f"zoo:{name}" for name in NAMES]
    assert run_command(["gallery", *specs, "-o", str(folder), "--jobs", "2"]) == 0
    return folder


ASSETS = {
    f"assets/{name}"
    for name in (
        "style.css",
        "drawing.css",
        "script.js",
        "network.js",
        "drawing.js",
        "zoom.js",
        "viewer.js",
        "player.js",
        "gallery.js",
        "zoo.js",
        "copy.js",
    )
}


def files_in(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def copy(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "reports"))


def specs() -> list[str]:
    return [str(SPECS / f"{name}.yaml") for name in NAMES]


def test_every_network_has_a_page_and_so_have_the_examples(made: Path) -> None:
    assert len(SHOWN) == len(EXAMPLES) - 1  # the audit needs twelve large networks
    pages = {f"{name}.html" for name in ("index", "zoo", "conventions", *NAMES, *SHOWN)}
    assert files_in(made) == pages | {f"{name}.js" for name in ("index", *NAMES)} | ASSETS


@pytest.mark.thorough
def test_the_bytes_are_the_same_in_one_process_and_in_another_folder(
    run: Run, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = run("gallery", *specs(), "-o", made, "--check", "--jobs", 1)
    assert (
        outcome.out
        == f"{len(NAMES) + 3 + len(SHOWN)} pages in {made}, all as they would be written\n"
    )
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.thorough
def test_the_bytes_are_the_same_whatever_the_order_of_hashes(made: Path) -> None:
    code = (
        f"from cnnanalyze.cli import main; exit(main({['gallery', *specs(), '-o', str(made)]!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code.replace("])", ", '--check', '--jobs', '1'])")],
        env={"PYTHONHASHSEED": "17", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_pages_hold_no_path_of_this_machine_and_no_time(made: Path) -> None:
    for name in files_in(made):
        text = (made / name).read_text("utf-8")
        assert str(ROOT) not in text
        assert str(Path.home()) + "/" not in text
        assert not re.search(r"\d\d:\d\d:\d\d", text)


NOT_OURS = {"notes.html", "notes.js", "assets/notes.css"}


@pytest.mark.thorough
def test_what_differs_is_named(run: Run, made: Path, tmp_path: Path) -> None:
    folder = copy(made, tmp_path)
    (folder / "lenet5.html").unlink()
    (folder / "unet.html").write_text("<!DOCTYPE html>", encoding="utf-8")
    (folder / "gone.html").write_bytes((made / "unet.html").read_bytes())
    (folder / "gone.js").write_bytes((made / "unet.js").read_bytes())
    (folder / "assets" / "gone.css").write_bytes((made / "assets" / "style.css").read_bytes())
    (folder / "assets" / "script.js").write_text("", encoding="utf-8")
    for name in NOT_OURS:
        (folder / name).write_text("somebody else's", encoding="utf-8")
    outcome = run("gallery", *specs(), "-o", folder, "--check", "--jobs", 1)
    assert outcome.code == 1
    assert outcome.out.splitlines() == [
        f"different  {folder / 'assets' / 'script.js'}",
        f"missing    {folder / 'lenet5.html'}",
        f"different  {folder / 'unet.html'}",
        f"left over  {folder / 'assets' / 'gone.css'}",
        f"left over  {folder / 'gone.html'}",
        f"left over  {folder / 'gone.js'}",
    ]
    assert not (folder / "lenet5.html").exists()
    again = run("gallery", *specs(), "-o", folder, "--jobs", 1)
    assert again.code == 0
    assert re.fullmatch(rf"{len(NAMES) + 3 + len(SHOWN)} pages in .*, [0-9.]+ [KM]iB\n", again.err)
    assert files_in(folder) == files_in(made) | NOT_OURS
    assert (folder / "unet.html").read_bytes() == (made / "unet.html").read_bytes()


def test_every_page_is_whole(made: Path) -> None:
    for name in NAMES:
        text = (made / f"{name}.html").read_text("utf-8")
        network = cnn.load(f"zoo:{name}")
        assert len(re.findall(r'<tr id="?n\d+', text)) == len(network)
        assert text.count("class=treemap") > 0 or name == "edge_detection"
        assert "id=viewer" in text
        assert f"{cnn.analyze(network).total.parameters:,}" in text
        assert f"<script src={name}.js></script>" in text
        targets = set(re.findall(r'href="?#([^">\s]+)', text))
        assert targets <= set(re.findall(r'id="?([^">\s]+)', text))


# --- verification ---------------------------------------------------------------------------------

SMALL = "{cnn: 1, name: Small, input: 11x13x2, layers: [{conv: {filters: 3, kernel: 3}}, relu]}"


@pytest.fixture
def verified(run: Run, tmp_path: Path) -> Path:
    """Return a spec whose verification is on record in the folder of its gallery."""
    spec = tmp_path / "small.yaml"
    spec.write_text(SMALL, encoding="utf-8")
    (tmp_path / "reports").mkdir()
    record = tmp_path / "reports" / "verification.json"
    assert run("verify", spec, "--lines", 7, "--record", record).code == 0
    return spec


def verdict(folder: Path) -> str:
    page = Page((folder / "small.html").read_text("utf-8"))
    (said,) = page.root.all("p", class_="verification")
    assert page.root.one("section", id="overview").all("p")[0] is said
    return str(said.text)


def test_a_page_begins_with_what_is_on_record(run: Run, verified: Path) -> None:
    folder = verified.parent / "reports"
    assert run("gallery", verified, "-o", folder).code == 0
    entries = cnn.verify(verified, lines=7).entries
    assert verdict(folder) == (
        f"✓ Verified. 2 layers were run in NumPy at full size, {entries} entries compared: all "
        "balanced; receptive fields by 7 x 7 of 11 x 13 lines of the input. What was compared"
    )
    assert "✓ All networks are verified.</span>" in (folder / "index.html").read_text("utf-8")
    assert (folder / "verification.json").exists()
    assert run("gallery", verified, "-o", folder, "--check").code == 0


@pytest.mark.parametrize("part", ["spec", "record"])
def test_what_the_record_does_not_speak_of_is_not_verified(
    run: Run, verified: Path, part: str
) -> None:
    folder = verified.parent / "reports"
    if part == "spec":
        verified.write_text(SMALL.replace("filters: 3", "filters: 5"), encoding="utf-8")
    else:
        (folder / "verification.json").unlink()
    assert run("gallery", verified, "-o", folder).code == 0
    assert verdict(folder).startswith("Not verified.")
    assert "Not verified.</span>" in (folder / "index.html").read_text("utf-8")


def test_the_index_says_how_many_are_verified(run: Run, verified: Path) -> None:
    folder = verified.parent / "reports"
    assert run("gallery", "zoo:lenet5", verified, "-o", folder).code == 0
    assert "✓ 1 of 2 networks verified.</span>" in (folder / "index.html").read_text("utf-8")


def test_a_record_may_lie_elsewhere(run: Run, verified: Path, tmp_path: Path) -> None:
    record = verified.parent / "reports" / "verification.json"
    folder = tmp_path / "elsewhere"
    assert run("gallery", verified, "-o", folder, "--record", record).code == 0
    assert verdict(folder).startswith("✓ Verified.")
    missing = tmp_path / "nowhere.json"
    outcome = run("gallery", verified, "-o", folder, "--record", missing)
    assert (outcome.code, outcome.err) == (
        2,
        (
            f"error: there is no record of verification '{missing}'\n"
            "  help: 'cnnanalyze verify --record FILE' writes one\n"
        ),
    )


def test_a_file_that_is_no_record_is_refused(run: Run, verified: Path) -> None:
    record = verified.parent / "reports" / "verification.json"
    record.write_text("{}", encoding="utf-8")
    outcome = run("gallery", verified, "-o", verified.parent / "reports")
    assert outcome.code == 2
    assert outcome.err.startswith(
        f"{record}:1:1: error: a record of verification needs 'record' and 'networks'\n"
    )


def test_the_index_leads_to_every_page(made: Path) -> None:
    text = (made / "index.html").read_text("utf-8")
    linked = set(re.findall(r"href=([a-z0-9_]+\.html)", text))
    assert linked == {path.name for path in made.glob("*.html")} - {"index.html"}


def test_every_page_leads_back_and_on(made: Path) -> None:
    order = re.findall(r"<h3><a href=(\w+)\.html>", (made / "index.html").read_text("utf-8"))
    assert sorted(order) == sorted(NAMES)
    for before, name, after in zip(["", *order], order, [*order[1:], ""], strict=False):
        page = Page((made / f"{name}.html").read_text("utf-8")).root
        links = [a.attributes for a in page.all("a", class_="way")]
        wanted = [("index.html", ""), (f"{before}.html", "prev"), (f"{after}.html", "next")]
        assert [(a["href"], a.get("rel", "")) for a in links] == [
            w for w in wanted if w[0] != ".html"
        ]
    for name in ("zoo", *SHOWN):
        page = Page((made / f"{name}.html").read_text("utf-8")).root
        assert [a.attributes["href"] for a in page.all("a", class_="way")] == ["index.html"]


def test_a_comparison_leads_to_the_pages_of_its_networks(made: Path) -> None:
    text = (made / "comparison.html").read_text("utf-8")
    assert "<a href=resnet50.html>ResNet-50</a>" in text
    assert "<a href=resnext50_32x4d.html>ResNeXt-50 (32x4d)</a>" in text


def test_a_page_says_where_its_network_stands(made: Path) -> None:
    standing = Page((made / "resnet50.html").read_text("utf-8")).root.one("section", id="standing")
    parameters = {name: cnn.analyze(f"zoo:{name}").total.parameters for name in NAMES}
    below = sum(n < parameters["resnet50"] for n in parameters.values())
    said = f"25.56 M parameters, more than {below} of the other {len(NAMES) - 1}"
    assert standing.all("li")[0].text == said
    assert "resnext50_32x4d.html" in [a.attributes["href"] for a in standing.all("a")]
    assert len(standing.all("path", class_="points here")) == 1


def test_the_index_finds_layers(made: Path) -> None:
    text = (made / "index.js").read_text("utf-8").partition("\n")[2]
    data = json.loads(text.removeprefix("page.given=").removesuffix(";\n"))["page"]
    order = re.findall(r"<h3><a href=(\w+)\.html>", (made / "index.html").read_text("utf-8"))
    seven = data["texts"].index("conv 7x7/2 pad 3 no bias")
    having = {n for n, s in zip(order, data["sorts"], strict=True) if seven in s[::2]}
    assert having == {"resnet18", "resnet34", "resnet50", "resnext50_32x4d"}
    of_resnet = data["sorts"][order.index("resnet34")]
    first = dict(zip(of_resnet[::2], of_resnet[1::2], strict=True))[seven]
    page = Page((made / "resnet34.html").read_text("utf-8")).root
    assert "7x7/2" in page.one("tr", id=f"n{first}").text


def test_a_gallery_of_few_networks_has_no_picture(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    assert run("gallery", "zoo:lenet5", "-o", folder).code == 0
    assert not (folder / "zoo.html").exists()
    assert "standing" not in (folder / "lenet5.html").read_text("utf-8")


def test_the_index_says_what_the_pages_say(made: Path) -> None:
    text = (made / "index.html").read_text("utf-8")
    for name in NAMES:
        total = cnn.analyze(f"zoo:{name}").total
        assert f"data-parameters={total.parameters}" in text
        assert f"data-macs={total.operations('mac')}" in text


@pytest.mark.thorough
def test_without_the_networks_of_an_example_there_is_none(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    assert run("gallery", "zoo:lenet5", "-o", folder).code == 0
    alone = {f"{e.name}.html" for e in EXAMPLES if not e.networks}
    assert {p.name for p in folder.glob("*.html")} == {
        *("index.html", "lenet5.html", "conventions.html"),
        *alone,
    }
    assert "ResNeXt" not in (folder / "index.html").read_text("utf-8")


# --- what cannot be done --------------------------------------------------------------------------


def test_two_specs_of_one_name(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "lenet5.yaml"
    other.write_bytes((SPECS / "lenet5.yaml").read_bytes())
    outcome = run("gallery", SPECS / "lenet5.yaml", other, "-o", tmp_path / "reports")
    assert outcome.code == 2
    assert outcome.err == (
        f"error: '{SPECS / 'lenet5.yaml'}' and '{other}' would share the page lenet5.html\n"
        "  help: give one of the files another name\n"
    )


def test_a_spec_that_is_called_like_the_index(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "index.yaml"
    other.write_bytes((SPECS / "lenet5.yaml").read_bytes())
    outcome = run("gallery", other, "-o", tmp_path / "reports")
    assert outcome.code == 2
    assert outcome.err == (
        f"error: '{other}' would have the page index.html, which the gallery needs\n"
        "  help: give the file another name\n"
    )


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.thorough
def test_a_faulty_spec_leaves_nothing_written(run: Run, tmp_path: Path, jobs: int) -> None:
    faulty = tmp_path / "faulty.yaml"
    faulty.write_text("{cnn: 1, input: 5x5x1, layers: [conf]}", encoding="utf-8")
    folder = tmp_path / "reports"
    outcome = run("gallery", *specs(), faulty, "-o", folder, "--jobs", jobs)
    assert outcome.code == 2
    assert outcome.err.startswith(f"{faulty}:1:33: error: unknown layer kind or block 'conf'")
    assert not folder.exists()


def test_stdin_is_no_gallery(run: Run, tmp_path: Path) -> None:
    outcome = run("gallery", "-", "-o", tmp_path / "reports")
    assert (outcome.code, outcome.err) == (
        2,
        "error: a gallery is made from files, not from stdin\n",
    )


def test_a_folder_that_cannot_be_made(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    outcome = run("gallery", "zoo:lenet5", "-o", tmp_path / "file" / "reports")
    assert outcome.code == 2
    assert outcome.err.startswith(f"error: cannot make the folder '{tmp_path / 'file'}/reports'")


def test_a_page_of_a_name_that_is_no_text_has_an_address(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(os.fsdecode(b"caf\xe9.yaml")).write_text("{cnn: 1, input: 5x7x2, layers: [relu]}", "utf-8")
    assert run("gallery", ".", "-o", "pages", "--jobs", 1).code == 0
    assert Path("pages/caf-xe9.html").is_file()
    assert "href=caf-xe9.html" in Path("pages/index.html").read_text("utf-8")


# --- the index by itself --------------------------------------------------------------------------


def card(file: str, family: str = "", year: int | None = None) -> GalleryCard:
    return GalleryCard(file, file.upper(), family, year, "5x5x1", 3, 7, 11, "3", 0, 0, 0, 0, "")


def test_cards_stand_by_the_age_of_their_family() -> None:
    cards = [
        card("c", "New", 2017),
        card("b", "Old", 2019),
        card("a", "Old", 1998),
        card("z"),
        card("d", "New", None),
    ]
    assert [c.file for c in in_order(cards)] == ["a", "b", "c", "d", "z"]


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"holding": 1}, "✓ 1 figure holds"),
        ({"holding": 5}, "✓ 5 figures hold"),
        ({"holding": 5, "marked": 2}, ", 2 known to be wrong"),
        ({"holding": 5, "failing": 1}, "✗ 1 figure fails"),
        ({}, "no published figures"),
    ],
)
def test_a_card_says_how_it_stands_with_published_figures(
    claims: dict[str, Any], words: str
) -> None:
    assert words in index([card("net")._replace(**claims)], [])["index.html"]


def test_names_in_the_index_are_text() -> None:
    text = index([card("net")._replace(name='<script>"', family="<b>")], [])["index.html"]
    assert "<script>&#34;" not in text
    assert "&lt;script&gt;&#34;" in text
    assert "<b>" not in text


def test_a_thumbnail_is_a_drawing_of_the_network() -> None:
    shown, _ = network_page(SPECS / "lenet5.yaml", "lenet5")
    assert shown.thumbnail.startswith("<svg ")
    assert (shown.parameters, shown.year) == (60_000, 1998)


@pytest.mark.parametrize("delay", [0.0, 0.3, 2.0])  # while processes start, and while they work
@pytest.mark.thorough
def test_an_interrupt_of_a_gallery_is_quiet_in_every_process(tmp_path: Path, delay: float) -> None:
    code = (
        "import concurrent.futures.process, multiprocessing.context, cnnanalyze.cli.specs\n"
        "import cnnanalyze.cli.gallery, cnnanalyze.language.zoo\n"
        "import cnnanalyze.report.page.gallery_pages, cnnanalyze.report.page.gallery\n"
        "from cnnanalyze.cli import main\n"
        "if __name__ == '__main__':\n"
        "    print('ready', flush=True)\n"
        "    raise SystemExit(\n"
        f"        main(['gallery', '--jobs', '2', '-o', {str(tmp_path / 'pages')!r}])\n"
        "    )\n"
    )
    ended = interrupt(tmp_path / "script.py", code, 0.2 + delay)
    assert ended == (130, "", "")
    assert not (tmp_path / "pages").exists()
