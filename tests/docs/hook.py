"""The hook of mkdocs: some pages are made of the program's own words while the site is built."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent


def on_files(files: Any, config: Any) -> Any:
    """Add the pages of commands and messages to those that are there."""
    sys.path.insert(0, str(ROOT))
    from mkdocs.structure.files import File

    from tests.docs.commands import commands_page
    from tests.docs.messages import messages_page

    for path, content in (
        ("reference/commands.md", commands_page()),
        ("reference/messages.md", messages_page()),
    ):
        files.append(File.generated(config, path, content=content))
    return files
