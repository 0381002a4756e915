"""Tables: printed columns add up, every text is as it should be, at every width."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

import cnnanalyze as cnn
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.errors import UsageError
from cnnanalyze.report.columns import ON_REQUEST, columns
from cnnanalyze.report.grid import Grid
from cnnanalyze.report.options import Options
from cnnanalyze.report.summary import summary
from cnnanalyze.report.table import tabulate
from cnnanalyze.report.view import view
from cnnanalyze.report.writers.terminal import Screen

ADDING = (
    *("activations", "weights", "biases", "parameters", "trainable"),
    *("macs", "flops", "operations", "weight_memory"),
)


def printed(analysis: Analysis, width: int, **options: object) -> str:
    """Return what rich prints on a terminal of that width without colours."""
    out = StringIO()
    console = Console(
        width=width, file=out, color_system=None, legacy_windows=False, _environ={}, highlight=False
    )
    console.print(Screen(summary(analysis, Options.read(options))))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def test_the_whole_table_at_eighty_columns(small: Analysis) -> None:
    assert printed(small, 80) == GOLDEN


@pytest.mark.parametrize("depth", [1, 2, 3, None])
@pytest.mark.parametrize("key", ADDING)
def test_printed_columns_add_up_to_the_printed_total(
    small: Analysis, key: str, depth: int | None
) -> None:
    table = tabulate(view(small, Options(depth=depth, columns=("name", key))))
    values = [row[1].value for row in table.rows]
    assert all(isinstance(v, int) for v in values)
    assert sum(v for v in values if isinstance(v, int)) == table.foot[1].value
    assert table.foot[1].value


@pytest.mark.parametrize("key", [*ADDING[:-1]])
def test_what_is_printed_is_what_was_computed(small: Analysis, key: str) -> None:
    table = tabulate(view(small, Options(columns=("name", key))))
    texts = [int(row[1].text.replace(",", "")) for row in table.rows]
    assert sum(texts) == int(table.foot[1].text.replace(",", ""))


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
@pytest.mark.parametrize("name", ["resnet50", "vgg16"])
def test_no_line_of_a_table_is_wider_than_the_terminal(name: str, width: int) -> None:
    analysis = cnn.analyze(f"zoo:{name}").analysis
    table = tabulate(view(analysis))
    grid = list(Grid(table).lines(width))
    assert max(sum(len(text) for text, _ in line) for line in grid) <= width
    total = next(line[0][0] for line in grid if line[0][0].startswith("total"))
    left_out = " ".join(line[0][0] for line in grid).partition("no room here for")[2]
    assert f"{analysis.total.parameters:,}" in total
    assert (f"{analysis.total.operations('mac'):,}" in total) is (" MACs," not in left_out)
    assert width == 40 or " MACs," not in left_out


def test_a_long_name_is_shortened_in_its_middle() -> None:
    name = "a_block_with_a_long_name_first"
    text = f"{{cnn: 1, input: 23x29x3, layers: [{{conv: {{filters: 7, kernel: 3}}, as: {name}}}]}}"
    shown = view(cnn.analyze(cnn.loads(text)).analysis, Options(columns=("name", "macs", "output")))
    rows = ["".join(text for text, _ in line) for line in Grid(tabulate(shown)).lines(40)]
    assert rows[2] == "a_block…ong_name_first  107,163  21x27x7"


def test_wider_terminals_show_more_columns(small: Analysis) -> None:
    counts = []
    for width in (50, 80, 100, 200):
        heading = printed(small, width).splitlines()[2]
        counts.append(len(heading.split()))
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_chosen_columns_are_never_dropped(small: Analysis) -> None:
    keys = tuple(c.key for c in columns().values())
    lines = list(Grid(tabulate(view(small, Options(columns=keys)))).lines(20))
    assert "142,296" in "".join(text for text, _ in lines[-1]) or len(lines[0][0][0]) > 200


def test_every_column_explains_itself() -> None:
    assert len({c.key for c in columns().values()}) == len(columns())
    badly = [
        key for key, c in columns().items() if not c.about[:1].islower() or c.about.endswith(".")
    ]
    assert badly == [], "'about' begins with a small letter and ends without a full stop"
    assert {c.priority for c in columns().values()} >= {0, ON_REQUEST}


def test_rows_sort_by_numbers_from_the_largest_down(small: Analysis) -> None:
    table = tabulate(view(small, Options(sort="macs", columns=("name", "macs"))))
    values = [row[1].value for row in table.rows]
    assert all(isinstance(v, int) for v in values)
    assert values == sorted(values, key=lambda v: -int(str(v)))


@pytest.mark.parametrize(
    ("convention", "title"), [("mac", "MACs"), ("flop", "FLOPs"), ("operations", "")]
)
def test_a_count_is_called_by_its_convention(small: Analysis, convention: str, title: str) -> None:
    if convention == "operations":
        table = tabulate(view(small, Options(columns=("name", "operations"), convention="flop")))
        assert table.headings[1].title == "FLOPs"
        return
    table = tabulate(view(small, Options(convention=convention)))
    kept = [h.title for h in table.headings if not h.priority]
    assert title in kept
    assert kept[-1] == title


def test_channels_first_changes_the_display_only(small: Analysis) -> None:
    hwc = tabulate(view(small, Options(columns=("output", "parameters"))))
    chw = tabulate(view(small, Options(columns=("output", "parameters"), layout="chw")))
    assert [row[0].text for row in hwc.rows][:2] == ["21x27x7", "21x27x7"]
    assert [row[0].text for row in chw.rows][:2] == ["7x21x27", "7x21x27"]
    assert [row[1] for row in hwc.rows] == [row[1] for row in chw.rows]


def test_colours_follow_the_family(small: Analysis) -> None:
    out = StringIO()
    Console(width=100, file=out, force_terminal=True, color_system="standard", _environ={}).print(
        Screen(summary(small))
    )
    assert "\x1b[36m" in out.getvalue()  # cyan: convolutions
    plain = StringIO()
    Console(
        width=100,
        file=plain,
        force_terminal=True,
        no_color=True,
        _environ={},
        color_system="standard",
    ).print(Screen(summary(small)))
    assert "\x1b[36m" not in plain.getvalue()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": ["nmae"]}, "there is no column 'nmae'; did you mean 'name'?"),
        ({"sort": "mac"}, "there is no column 'mac'; did you mean 'macs'?"),
        ({"convention": "mca"}, "there is no counting convention 'mca'; did you mean 'mac'?"),
        ({"layout": "hcw"}, "unknown layout 'hcw'; known: hwc, chw; did you mean 'hwc'?"),
        ({"depth": 0}, "depth must be at least 1, not 0"),
        ({"batch": -3}, "batch must be at least 1, not -3"),
        ({"batch": 1.5}, "batch must be a whole number, not 1.5"),
        ({"batch": None}, "batch must be a whole number, not nothing"),
        ({"depth": "2"}, "depth must be a whole number, not '2'"),
        ({"dtype": None}, "dtype must be a word, not nothing"),
        ({"sort": 3}, "sort must be a word, not 3"),
        ({"all": 1}, "all must be True or False, not 1"),
        (
            {"detph": 1},
            (
                "a report has no option 'detph'; it takes depth, columns, sort, convention, batch, "
                "dtype, layout, width, all; did you mean 'depth'?"
            ),
        ),
    ],
)
def test_a_wrong_option_is_met_with_the_nearest(
    small: Analysis, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        cnn.Report(small).render(**options)
    assert caught.value.message == message


GOLDEN = """\
small_net · input 23x29x3 · 8 layers

layer            kind               output  parameters     MACs     %  field
───────────────  ────────────────  ───────  ──────────  ───────  ────  ─────
first/conv1      conv · bn · relu  21x27x7         210  107,163  52.8      3
pool             maxpool           10x13x7           0        0            4
add1/1/conv1     conv              10x13x7         735   95,550  47.1   8x12
add1             add               10x13x7           0        0         8x12
global_avgpool1  global_avgpool      1x1x7           0        0          all
scores           dense                  11          88       77   0.0    all
───────────────  ────────────────  ───────  ──────────  ───────  ────  ─────
total                                            1,033  202,790
no room here for attributes, activations, weights, biases, FLOPs, share, stride,
padding, fit, live; a wider terminal or a file has them

parameters  1,033 (stored beside them: 14 statistics and constants)
MACs        202,790 ≈ 202.8 k (multiply-accumulates of convolutions and matrix
            products, as papers print mult-adds)
FLOPs       426,017 ≈ 426.0 k (two for each multiply-accumulate, one for every
            other elementary operation)
memory      weights 4.090 KiB, activations at most 31.01 KiB at first/batchnorm1
            (float32, batch 1)
field       8x12 at add1; the input is 23x29: does not cover it
status      complete, every layer is counted

2 layers in the row of another; --all shows each
"""


def test_bars_are_as_long_as_the_shares_are_large() -> None:
    net = cnn.loads(
        "{cnn: 1, input: 7x11x3, layers: [{conv: {filters: 5, kernel: 1}}, "
        "{conv: {filters: 10, kernel: 1}}, {conv: {filters: 2, kernel: 1}}, relu]}"
    )
    lines = cnn.analyze(net).render(columns=("name", "macs", "bar"), all=True).splitlines()
    drawn = {line.split()[0]: line.split()[2:] for line in lines[4:8]}
    # 15, 50 and 20 multiply-accumulates at every position; a bar of eight for the most.
    assert drawn == {"conv1": ["██▍"], "conv2": ["████████"], "conv3": ["███▎"], "relu1": []}


def test_rows_of_equal_layers_differ_in_what_is_of_their_place() -> None:
    net = cnn.loads(
        "{cnn: 1, input: 7x5x3, layers: [{relu: , repeat: 2}, {add: , from: [^1, ^2]}, tanh]}"
    )
    analysis = cnn.analyze(net).analysis
    shown = tabulate(view(analysis), [(c, 0) for c in columns().values()])
    keys = [heading.key for heading in shown.headings]
    for row, facts in zip(shown.rows, analysis, strict=True):
        alone = view(analysis)
        only = next(r for r in alone.rows if r.path == facts.node.id)
        had = {k: c.value for k, c in zip(keys, row, strict=True)}
        right = {c.key: c.get(only, alone) for c in columns().values()}
        wrong = [key for key in keys if had[key] != right[key]]
        assert wrong == [], f"'of_place=True' is missing at the columns {wrong}"
