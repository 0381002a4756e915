"""Reads a page as a browser does: its elements with their attributes and texts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

VOID = {"meta", "input", "br", "link", "img", "hr", "wbr"}
IMPLIED = {
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tr": {"td", "th", "tr"},
    "tbody": {"td", "th", "tr", "tbody"},
    "tfoot": {"td", "th", "tr", "tbody"},
    "li": {"li"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "option": {"option"},
}
"""The elements that a start tag ends where their end tags are left out."""

LEFT_OUT = {"td", "th", "tr", "tbody", "li", "dt", "dd", "option"}
"""The elements whose end tags may be left out."""


@dataclass
class Element:
    """One element of a page."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All the text in it."""
        return "".join(c if isinstance(c, str) else c.text for c in self.children)

    def all(self, tag: str = "", **attributes: str) -> list[Element]:
        """Return all elements in it of a tag and with these attributes."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                given = {k.rstrip("_").replace("_", "-"): v for k, v in attributes.items()}
                if tag in {"", child.tag} and given.items() <= child.attributes.items():
                    found.append(child)
                found += child.all(tag, **attributes)
        return found

    def one(self, tag: str = "", **attributes: str) -> Element:
        """Return the only element of a tag and with these attributes."""
        (found,) = self.all(tag, **attributes)
        return found


class Page(HTMLParser):
    """A page as a tree of elements."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self._open[-1].tag in IMPLIED.get(tag, ()):
            self._open.pop()
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        while self._open[-1].tag in LEFT_OUT and self._open[-1].tag != tag:
            self._open.pop()
        assert self._open[-1].tag == tag, f"</{tag}> ends <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    @property
    def is_closed(self) -> bool:
        """Whether every element was ended."""
        return len(self._open) == 1

    @cached_property
    def ids(self) -> list[str]:
        """All ids, in order."""
        return [e.attributes["id"] for e in self.root.all() if "id" in e.attributes]

    @cached_property
    def result(self) -> Any:
        """The embedded result."""
        return json.loads(self.root.one("script", id="result").text)

    def rows(self, table: str) -> list[list[str]]:
        """Return the texts of the cells of a table, row by row, without its head."""
        body = [
            r
            for part in ("tbody", "tfoot")
            for p in self.root.one("table", id=table).all(part)
            for r in p.all("tr")
        ]
        return [[c.text.strip() for c in row.children if isinstance(c, Element)] for row in body]
