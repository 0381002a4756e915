"""The page of a lint run: findings by file and place, with the line and carets under it."""

from __future__ import annotations

import cnnanalyze as cnn
from cnnanalyze.language.build import load
from cnnanalyze.linting.result import LintResult
from cnnanalyze.report.page.gallery_pages import EXAMPLES, FIRST
from cnnanalyze.report.page.lint import page as write
from tests.report.page.reader import Page

SPEC = """\
cnn: 1
input: 13x11x3
layers:
  - conv: {filters: 7, kernel: 3}
  - bn
  - relu
  - relu
"""


def test_a_finding_stands_below_its_line_with_carets() -> None:
    result = cnn.lint(cnn.loads(SPEC, name="net.yaml"))
    assert isinstance(result, LintResult)
    found = Page(write(result, "Lint", "of one"))
    (item,) = found.root.all("li", data_finding="NA003")
    assert "activation applied twice: relu after relu1 (relu)" in item.text
    assert "help: remove one of them, or add the missing layer between them" in item.text
    (region,) = (p for p in found.root.all("pre") if p.text.startswith("  7"))
    line, carets = region.text.splitlines()
    assert line == "  7 │   - relu"
    assert carets == "    │     ^^^^"
    assert region.one("mark").text == "relu"
    assert found.root.one("section", id="file1").one("h2").text == "net.yaml"


def test_every_finding_is_shown_once() -> None:
    result = cnn.lint(cnn.loads(FIRST, name="first.yaml"))
    found = Page(write(result, "Lint"))
    codes = [
        i.attributes["data-finding"] for i in found.root.all("li") if "data-finding" in i.attributes
    ]
    assert sorted(codes) == sorted(f.code for f in result)
    assert len(codes) >= 5


def test_an_unsafe_fix_is_not_shown_like_a_safe_one() -> None:
    text = SPEC + "  - conv: {filters: 5, kernel: 3}\n"
    text += "expect: [{source: me, total: {parameters: 530}}]\n"
    found = Page(write(cnn.lint(cnn.loads(text, name="net.yaml")), "Lint"))
    (bias,) = found.root.all("li", data_finding="NA001")
    assert bias.text.endswith(
        "unsafe fix: switch the bias off, but the claim in line 9, 530 parameters, would "
        "not hold any more (--fix --unsafe-fixes does it)"
    )
    (double,) = found.root.all("li", data_finding="NA003")
    assert double.text.endswith("(--fix does it)")
    assert "unsafe" not in double.text


def test_a_file_without_findings_says_so() -> None:
    clean = "cnn: 1\ninput: 5x5x1\nlayers: [{conv: {filters: 3, kernel: 3}}, relu]\n"
    result = cnn.lint(cnn.loads(clean, name="clean.yaml"))
    assert not result.findings
    assert "nothing found" in Page(write(result, "Lint")).root.one("section", id="file1").text


def test_hostile_texts_stay_texts() -> None:
    spec = SPEC.replace("  - bn\n", "  - bn  # <script>alert(1)</script>\n").replace(
        "cnn: 1", "cnn: 1\nname: <b>"
    )
    found = Page(write(cnn.lint(cnn.loads(spec, name="<i>.yaml")), "<b>"))
    assert found.root.one("h1").text == "<b>"
    assert found.root.one("section", id="file1").one("h2").text == "<i>.yaml"
    assert len(found.root.all("script")) == 1


def test_the_example_shows_a_first_attempt_and_two_classics() -> None:
    (example,) = (e for e in EXAMPLES if e.name == "lint")
    paths = cnn.zoo()
    found = Page(example.make(lambda name: load(paths[name])))
    assert [h.text for h in found.root.all("h2")][:3] == [
        "first.yaml",
        "alexnet.yaml",
        "zfnet.yaml",
    ]
    assert "fix: remove the second relu (--fix does it)" in found.root.one("main").text
    assert str(paths["alexnet"].parent) not in example.make(lambda name: load(paths[name]))
