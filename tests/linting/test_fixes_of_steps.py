"""The safe fixes of words, attributes and steps: what they take out, and what they leave alone."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.errors import Source
from cnnanalyze.linting.engine import lint_source
from cnnanalyze.linting.fixes import apply_fixes
from cnnanalyze.linting.selection import Level
from cnnanalyze.linting.settings import Settings, SettingsSource

HEAD = "cnn: 1\ninput: 31x37x3\nlayers:\n"


def mended(text: str, code: str) -> str:
    settings = Settings(caller=SettingsSource("the test", Level(select=(code,))))
    return apply_fixes(Source("net.yaml", text), None, settings).after.text


def lines(*steps: str) -> str:
    return HEAD + "".join(f"  - {step}\n" for step in steps)


CONV = "conv: {filters: 5, kernel: 3}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((CONV, "dropout: 0", "relu"), (CONV, "relu")),
        ((CONV, "{maxpool: 1}", "relu"), (CONV, "relu")),
        ((CONV, "maxpool: {kernel: 1, stride: 1}", "relu"), (CONV, "relu")),
        ((CONV, "zeropad: [[0, 0], [0, 0]]", "relu"), (CONV, "zeropad: [[0, 0], [0, 0]]", "relu")),
        ((CONV, "resize: {scale: 1}", "relu"), (CONV, "relu")),
        (("flatten", "flatten", "dense: 5"), ("flatten", "dense: 5")),
    ],
)
def test_a_step_without_effect_is_taken_out(
    before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    assert mended(lines(*before), "GR010") == lines(*after)


def test_a_remark_on_its_line_stays() -> None:
    text = HEAD + "  - relu  # first\n  - dropout: 0  # for now\n  # then\n  - tanh\n"
    wanted = HEAD + "  - relu  # first\n  # for now\n  # then\n  - tanh\n"
    assert mended(text, "GR010") == wanted


@pytest.mark.parametrize(
    "steps",
    [
        ("relu", "{dropout: 0, as: calm}", "tanh"),  # it has a name
        ("relu", "dropout: 0", "tanh", "{add: , from: [^1, ^2]}"),  # steps are counted back
        ("relu", "dropout: 0", "dropout: 0.5", "{tanh: , from: dropout2}"),  # a running number
        ("add: [[dropout: 0], []]", "relu"),  # the only one of its branch
        ("relu", "dropout: 0"),  # the output
        ("relu", "{dropout: 0, when: true}", "tanh"),
        ("relu", "dropout: ${0}", "tanh"),
    ],
)
def test_a_step_that_others_may_need_stays(steps: tuple[str, ...]) -> None:
    assert mended(lines(*steps), "GR010") == lines(*steps)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{filters: 5, kernel: 1, dilation: 2}", "{filters: 5, kernel: 1}"),
        ("{filters: 5, dilation: 2, kernel: 1}", "{filters: 5, kernel: 1}"),
        ("{ dilation: 2 , filters: 5, kernel: 1 }", "{ filters: 5, kernel: 1 }"),
        ("{filters: 5, dilation: [2, 2], kernel: 1}", "{filters: 5, dilation: [2, 2], kernel: 1}"),
    ],
)
def test_a_dilation_without_effect_is_taken_out(before: str, after: str) -> None:
    assert mended(lines(f"conv: {before}  # why"), "CV009") == lines(f"conv: {after}  # why")


def test_a_dilation_on_a_line_of_its_own_goes_with_the_line() -> None:
    text = HEAD + "  - conv:\n      filters: 5\n      dilation: 2\n      kernel: 1\n"
    assert mended(text, "CV009") == text.replace("      dilation: 2\n", "")
    remark = text.replace("dilation: 2", "dilation: 2  # no effect")
    assert mended(remark, "CV009") == text.replace("dilation: 2", "# no effect")


def test_a_dilation_of_the_defaults_stays() -> None:
    text = lines("conv: {filters: 5, kernel: 1}").replace(
        "layers:", "defaults: {conv: {dilation: 2}}\nlayers:"
    )
    assert mended(text, "CV009") == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("conv: {filters: 010, kernel: 3}", "conv: {filters: 10, kernel: 3}"),
        ("conv: {filters: 5, kernel: 3, bias: no}", "conv: {filters: 5, kernel: 3, bias: false}"),
        ("conv: {filters: 5, kernel: 3, bias: On}", "conv: {filters: 5, kernel: 3, bias: true}"),
        ("conv: {filters: 1_000, kernel: 3}", "conv: {filters: 1000, kernel: 3}"),
        ("{relu: , as: yes}", "{relu: , as: 'yes'}"),
        ("{relu: , as: 'yes'}", "{relu: , as: 'yes'}"),
    ],
)
def test_a_trap_is_written_so_that_everybody_reads_the_same(before: str, after: str) -> None:
    assert mended(lines(before), "SP009") == lines(after)


def test_figures_of_claims_are_no_traps() -> None:
    text = lines(CONV) + "expect:\n  - {source: me, total: {parameters: 1_40}}\n"
    text = text.replace("1_40", "1_000_140")
    assert mended(text, "SP009") == text


def older(text: str) -> object:
    return yaml.load(text, Loader=yaml.SafeLoader)  # noqa: TID251 - the reader in question


TRAPS = st.one_of(
    st.sampled_from(["yes", "No", "ON", "off", "y", "n", "true", "False", "~", "null"]),
    st.from_regex(r"[-+]?0[0-7]{1,3}", fullmatch=True),
    st.from_regex(r"[-+]?[1-9][0-9]{0,2}(_[0-9]{3}){0,2}", fullmatch=True),
    st.from_regex(r"[-+]?0b[01]{1,5}", fullmatch=True),
    st.from_regex(r"[1-9][0-9]?(:[0-5][0-9]){1,2}(\\.[0-9]{1,2})?", fullmatch=True),
    st.from_regex(r"[a-z]{1,6}", fullmatch=True),
    st.from_regex(r"[0-9]{1,3}\\.[0-9]{1,3}", fullmatch=True),
)


@given(word=TRAPS)
def test_just_those_words_are_traps_that_pyyaml_reads_otherwise(word: str) -> None:
    """The other method: PyYAML's own reading, by YAML 1.1, against our reader's."""
    text = f"cnn: 1\nname: {word}\ninput: 5x5x3\nlayers: [relu]\n"
    result = lint_source(Source("net.yaml", text), settings=Settings())
    found = [f for f in result.findings if f.code == "SP009"]
    try:
        ours = cnn.loads(text).document.tree.get("name").value  # type: ignore[union-attr]
    except cnn.CnnError:
        return  # a name must be a text
    theirs = older(word)
    differ = ours != theirs or isinstance(ours, bool) is not isinstance(theirs, bool)
    assert bool(found) is differ
    if found:
        assert dict(found[0].values) == {"YAML 1.2": ours, "YAML 1.1": theirs}
