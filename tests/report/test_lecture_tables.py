"""Layer tables in the style of the lectures hold what the lectures print."""

from __future__ import annotations

import json

import pytest

import cnnanalyze as cnn
from cnnanalyze.report.lecture_tables import STYLES, document, lecture_table
from cnnanalyze.report.writers import render


def rows(spec: str, style: str) -> list[list[str]]:
    table = lecture_table(cnn.analyze(f"zoo:{spec}").analysis, style)
    return [[cell.text for cell in row] for row in (*table.rows, *filter(None, [table.foot]))]


def test_table_of_lecture_000() -> None:
    assert rows("lecture_000_lenet", "ng") == [
        ["Input:", "(32,32,3)", "3,072", "0"],
        ["CONV1 (f=5, s=1)", "(28,28,8)", "6,272", "608"],
        ["POOL1", "(14,14,8)", "1,568", "0"],
        ["CONV2 (f=5, s=1)", "(10,10,16)", "1,600", "3,216"],
        ["POOL2", "(5,5,16)", "400", "0"],
        ["FC3", "(120,1)", "120", "48,120"],
        ["FC4", "(84,1)", "84", "10,164"],
        ["Softmax", "(10,1)", "10", "850"],
        ["total", "", "", "62,958"],
    ]


def test_table_of_lecture_001_with_its_biases_put_right() -> None:
    found = rows("lecture_001_lenet", "vnit")
    conv = "6 filters * 5*5*3"
    assert found[1] == ["2", "Conv Layer 1", "32*32*3", conv, "28*28*6", "4,704", "450", "6", "456"]
    assert found[3] == ["4", "Maxpool 1", "28*28*6", "2*2*6", "14*14*6", "1,176", "", "", ""]
    dense = ["48,000", "120", "48,120"]
    assert found[7] == ["8", "FC Layer 3", "5*5*16 = 400", "-", "120", "120", *dense]
    assert found[11] == ["12", "Softmax Output", "84", "-", "10", "10", "840", "10", "850"]
    assert found[12][-1] == "62,006"
    assert len(found) == 13


def test_summary_of_lecture_003() -> None:
    analysis = cnn.analyze("zoo:lecture_003_keras").analysis
    assert rows("lecture_003_keras", "keras")[1:] == [
        ["conv2d_7 (Conv2D)", "(None, 26, 26, 3)", "30"],
        ["conv2d_8 (Conv2D)", "(None, 24, 24, 3)", "84"],
        ["flatten_3 (Flatten)", "(None, 1728)", "0"],
        ["dense_4 (Dense)", "(None, 10)", "17,290"],
        ["Total params", "", "17,404"],
    ]
    text = render(document(analysis, "keras"))
    assert text.endswith("Trainable params: 17,404\nNon-trainable params: 0\n")


def test_table_of_mobilenet_with_its_last_stride_put_right() -> None:
    found = rows("mobilenet_v1", "mobilenet")
    assert len(found) == 22
    assert found[0] == ["", "Conv / s2", "3x3x3x32", "224x224x3"]
    assert found[1] == ["", "Conv dw / s1", "3x3x32 dw", "112x112x32"]
    assert found[13] == ["5×", "Conv dw / s1", "3x3x512 dw", "14x14x512"]
    assert found[14] == ["5×", "Conv / s1", "1x1x512x512", "14x14x512"]
    assert found[17] == ["", "Conv dw / s1", "3x3x1024 dw", "7x7x1024"]
    assert found[18] == ["", "Conv / s1", "1x1x1024x1024", "7x7x1024"]
    assert found[19:] == [
        ["", "Avg Pool / s1", "Pool 7x7", "7x7x1024"],
        ["", "FC / s1", "1024x1000", "1x1x1024"],
        ["", "Softmax / s1", "Classifier", "1000"],
    ]


def test_each_of_several_inputs_has_a_row() -> None:
    assert rows("siamese", "ng")[:3] == [
        ["Input left:", "(105,105,1)", "11,025", "0"],
        ["Input right:", "(105,105,1)", "11,025", "0"],
        ["CONV1 (f=10, s=1)", "(96,96,64)", "589,824", "6,464"],
    ]
    assert [row[:2] for row in rows("siamese", "vnit")[:3]] == [
        ["1", "Input left"],
        ["2", "Input right"],
        ["3", "Conv Layer 1"],
    ]
    keras = rows("siamese", "keras")
    assert [row[0] for row in keras[:2]] == ["left (InputLayer)", "right (InputLayer)"]
    assert keras[-1] == ["Total params", "", "38,951,745"]


def test_a_tower_with_the_weights_of_another_has_their_shapes() -> None:
    found = rows("siamese", "mobilenet")
    assert [row[2] for row in found[:8]] == [row[2] for row in found[8:16]]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "spec", ["siamese", "resnet50", "unet", "googlenet", "lenet5", "convnext_tiny"]
)
def test_every_network_has_a_table_in_every_style(spec: str, style: str) -> None:
    analysis = cnn.analyze(f"zoo:{spec}").analysis
    table = lecture_table(analysis, style)
    assert len(table.rows) > 5
    for format in ("text", "markdown", "latex", "html"):  # noqa: A001
        assert render(document(analysis, style), format)
    data = json.loads(render(document(analysis, style), "json"))
    assert (data["schema"], data["table"], len(data["rows"])) == (1, style, len(table.rows))


def test_unknown_style_is_refused() -> None:
    analysis = cnn.analyze("zoo:lenet5").analysis
    with pytest.raises(cnn.UsageError) as caught:
        lecture_table(analysis, "kers")
    assert str(caught.value) == (
        "error: there is no table 'kers'; did you mean 'keras'?\n"
        "  help: the tables are ng, vnit, keras, mobilenet"
    )
