"""The frame: escaping, the content security policy, nothing from elsewhere."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.report.page import frame
from tests.report.page.reader import Page

SCRIPTS = ("script.js", "network.js", "drawing.js", "viewer.js")


def test_everything_put_in_is_escaped() -> None:
    text = frame.render("base.html.j2", title="</title><script>alert(1)</script>")
    assert Page(text).root.one("title").text == "</title><script>alert(1)</script>"


def test_policy_allows_this_script_and_no_request() -> None:
    page = Page(frame.render("base.html.j2", title="x", scripts=SCRIPTS))
    (meta,) = page.root.all("meta", http_equiv="Content-Security-Policy")
    (script,) = page.root.all("script")
    digest = b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    assert meta.attributes["content"] == (
        "default-src 'none'; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_what_a_template_forgets_is_no_empty_place() -> None:
    with pytest.raises(Exception, match="'title' is undefined"):
        frame.render("base.html.j2")


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_embedded_data_comes_out_as_it_went_in(data: object) -> None:
    text = str(frame.embed(data))
    assert json.loads(text) == data
    assert not set(text) & set("<\u2028\u2029")


@pytest.mark.parametrize("name", [*SCRIPTS, "style.css"])
def test_nothing_comes_from_elsewhere(name: str) -> None:
    text = files("cnnanalyze.report.page").joinpath(name).read_text("utf-8")
    assert not re.search(
        r"url\(|@import|fetch\(|XMLHttp|WebSocket|import\(|https?://(?!www\.w3\.org/2000/svg)", text
    )


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_write_data_as_text_only(name: str) -> None:
    text = files("cnnanalyze.report.page").joinpath(name).read_text("utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(", text
    )


def test_scripts_are_small() -> None:
    page = Page(frame.render("base.html.j2", title="x", scripts=SCRIPTS))
    assert 10_000 < len(page.root.one("script").text) < 60_000


def test_remarks_stay_behind() -> None:
    text = frame.render("base.html.j2", title="x", scripts=SCRIPTS)
    assert "// What the pages share" not in text
    assert "/* tables */" not in text
    assert "margin:0;" in text  # the style is written without the spaces that it can do without
