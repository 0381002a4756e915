"""A runner of GitHub Actions in small: runs the steps of ``action.yml`` as GitHub would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from cnnanalyze.core.tree import plain
from cnnanalyze.errors import Source
from cnnanalyze.language.yaml import read

ROOT = Path(__file__).parent.parent.parent


def read_yaml(text: str) -> Any:
    """Return what stands in a text, as YAML 1.2 has it: 'on' is a word."""
    return plain(read(Source("text", text)))


ACTION: dict[str, Any] = read_yaml((ROOT / "action.yml").read_text("utf-8"))


def steps() -> dict[str, dict[str, Any]]:
    """Return the steps of the action by name, or by what they use."""
    return {s.get("name") or s["uses"]: s for s in ACTION["runs"]["steps"]}


class Runner:
    """Runs the steps of the action as GitHub would: with its files, its variables, its shell."""

    def __init__(self, folder: Path) -> None:
        self.repository, self.temporary = folder / "repository", folder / "runner temp"
        self.bin = folder / "bin"
        for path in (self.repository, self.temporary, self.bin):
            path.mkdir()
        self.summary, self.output = folder / "summary.md", folder / "output.txt"
        self.outputs: dict[str, dict[str, str]] = {}
        self.base = ""
        command = self.bin / "cnnanalyze"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cnnanalyze "$@"\n')
        python = self.bin / "python"
        python.write_text(f'#!/bin/sh\necho "$@" >> "{folder}/installed"\n')
        for path in (command, python):
            path.chmod(0o755)

    def git(self, *arguments: str, at: Path | None = None) -> None:
        names = ("-c", "user.name=us", "-c", "user.email=us@example.org")
        settings = ("-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main")
        subprocess.run(
            ["git", *names, *settings, *arguments],  # noqa: S607 - the git of the machine
            cwd=at or self.repository,
            check=True,
            capture_output=True,
            env=self.environment(),
        )

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "GIT_"))}
        return kept | {
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_BASE_REF": self.base,
            "RUNNER_TEMP": str(self.temporary),
        }

    def value(self, text: str, inputs: dict[str, str]) -> str:
        """Return what an expression stands for, of those that the action uses."""

        def replace(match: re.Match[str]) -> str:
            match match[1].strip().split("."):
                case ["inputs", name]:
                    return inputs.get(name, str(ACTION["inputs"][name]["default"]))
                case ["github", "action_path"]:
                    return str(ROOT)
                case ["steps", step, "outputs", name]:
                    return self.outputs.get(step, {}).get(name, "")
                case _:
                    raise AssertionError(f"no such expression: {match[0]}")

        return re.sub(r"\$\{\{(.*?)\}\}", replace, text)

    def holds(self, condition: str, inputs: dict[str, str]) -> bool:
        """Whether a condition of the form ``a == 'b'`` holds."""
        name, _, wanted = condition.partition(" == ")
        return self.value(f"${{{{ {name} }}}}", inputs) == wanted.strip("'")

    def run(self, name: str, **inputs: str) -> subprocess.CompletedProcess[str] | None:
        """Run one step; nothing if its condition does not hold."""
        step = steps()[name]
        given = {key.replace("_", "-"): value for key, value in inputs.items()}
        if not self.holds(step.get("if", "inputs.paths == inputs.paths"), given) and "if" in step:
            return None
        self.output.write_text("")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],  # noqa: S607
            cwd=self.repository,
            capture_output=True,
            text=True,
            check=False,
            env=self.environment()
            | {key: self.value(text, given) for key, text in step.get("env", {}).items()},
        )
        if "id" in step:
            lines = self.output.read_text().splitlines()
            self.outputs[step["id"]] = dict(line.split("=", maxsplit=1) for line in lines)
        return done

    def write(self, name: str, text: str) -> None:
        path = self.repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read_summary(self) -> str:
        return self.summary.read_text("utf-8") if self.summary.exists() else ""
