"""The files that let others use the linter: the hooks of pre-commit, and the action of GitHub.

The steps of the action are run one by one as a runner would run them, in a repository made for it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cnnanalyze.cli import run as run_cnnanalyze
from tests.docs.examples import agrees, examples
from tests.linting.networks import EVEN, MESSAGE
from tests.linting.runner import ACTION, ROOT, Runner, read_yaml

HOOKS: list[dict[str, Any]] = read_yaml((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
CLEAN = EVEN.replace("kernel: 4", "kernel: 3")
BROKEN = EVEN.replace("kernel: 4", "kernel: 99, padding: valid").replace(", padding: same}", "}")

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="no git: action not tried")
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="no bash: action not tried")


# --- pre-commit ----------------------------------------------------------------------------------


def test_hooks_are_named_and_start_our_commands() -> None:
    assert {hook["id"]: hook["entry"] for hook in HOOKS} == {
        "cnnanalyze-lint": "cnnanalyze lint --force-exclude",
        "cnnanalyze-budget": "cnnanalyze budget --force-exclude",
        "cnnanalyze-check": "cnnanalyze check",
    }
    assert all(hook["language"] == "python" for hook in HOOKS)


@pytest.mark.parametrize(
    ("file", "is_meant"),
    [
        ("specs/net.yaml", True),
        ("models/specs/deep/net.yml", True),
        ("vision/net.cnn.yaml", True),
        ("docker-compose.yaml", False),
        (".github/workflows/specs.yaml", False),
        ("specs/README.md", False),
        ("myspecs/net.yaml", False),
    ],
)
def test_hooks_look_at_specs_alone(file: str, is_meant: bool) -> None:
    assert [bool(re.search(hook["files"], file)) for hook in HOOKS] == [is_meant] * len(HOOKS)


@pytest.mark.parametrize(
    ("file", "is_meant"),
    [("net.onnx", True), ("a/b.keras", True), ("w.safetensors", True), ("net.onnx.md", False)],
)
def test_a_hook_looks_at_models_too(file: str, is_meant: bool) -> None:
    assert [bool(re.search(hook["files"], file)) for hook in HOOKS] == [False, False, is_meant]


def test_hook_of_check_runs_with_the_arguments_of_the_guide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs" / "guides" / "ci.md").read_text("utf-8")
    (arguments,) = re.findall(r"- id: cnnanalyze-check\n +args: \[(.*)\]", page)
    hook = HOOKS[-1]
    assert hook["pass_filenames"] is False
    monkeypatch.chdir(tmp_path)
    sample = ROOT / "tests" / "exchange" / "samples" / "small.onnx"
    (tmp_path / "models").mkdir()
    shutil.copy(sample, tmp_path / "models" / "net.onnx")
    (tmp_path / "specs").mkdir()
    assert run_cnnanalyze(["import", str(sample), "-o", "specs/net.yaml"]) == 0
    words = [*hook["entry"].split()[1:], *arguments.split(", ")]
    assert run_cnnanalyze(words) == 0
    text = Path("specs/net.yaml").read_text("utf-8")
    Path("specs/net.yaml").write_text(text.replace("relu", "tanh"))
    assert run_cnnanalyze(words) == 1


def test_hooks_are_a_valid_manifest() -> None:
    clientlib = pytest.importorskip("pre_commit.clientlib", reason="no pre-commit: not validated")
    hooks = clientlib.load_manifest(ROOT / ".pre-commit-hooks.yaml")
    assert [hook["types"] for hook in hooks] == [["yaml"], ["yaml"], ["file"]]


@needs_git
def test_pre_commit_prints_what_the_guide_shows(tmp_path: Path) -> None:
    """The hooks are run by pre-commit itself; only the environment is the one of this test."""
    pytest.importorskip("pre_commit", reason="no pre-commit: hooks not run")
    page = (ROOT / "docs" / "guides" / "ci.md").read_text("utf-8")
    (shown,) = re.findall(
        r"^```text\n\$ pre-commit [^\n]*\n(.*?)^```$", page, re.DOTALL | re.MULTILINE
    )
    (config,) = re.findall(
        r"^```yaml\n# .pre-commit-config.yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE
    )
    runner = Runner(tmp_path)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
    runner.git("init", at=hooks)
    runner.git("add", ".", at=hooks)
    runner.git("commit", "-m", "hooks", at=hooks)
    runner.git("branch", "-M", "main", at=hooks)
    for _ in examples(page, runner.repository):
        pass
    config = config.replace("https://github.com/OWNER/cnnanalyze", str(hooks))
    config = re.sub(r"(- id: .*)", r"\1\n        language: system", config)
    runner.write(".pre-commit-config.yaml", config)
    runner.write("docker-compose.yaml", "services: {}\n")
    runner.git("init")
    runner.git("add", ".")
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never"],
        cwd=runner.repository,
        capture_output=True,
        text=True,
        check=False,
        env=runner.environment()
        | {"PRE_COMMIT_HOME": str(tmp_path / "home"), "GITHUB_ACTIONS": "false"},
    )
    assert done.returncode == 1, done.stderr
    printed = re.sub(r"^\[INFO\] .*\n", "", done.stdout, flags=re.MULTILINE)
    assert agrees(shown, printed), printed


# --- the action ----------------------------------------------------------------------------------


def test_action_fits_its_published_schema() -> None:
    pytest.importorskip("check_jsonschema", reason="no check-jsonschema: schema not at hand")
    from check_jsonschema.builtin_schemas import get_builtin_schema
    from jsonschema import Draft7Validator

    errors = Draft7Validator(get_builtin_schema("vendor.github-actions")).iter_errors(ACTION)
    assert [e.message for e in errors] == []


def test_actions_of_others_are_pinned_to_a_major_version() -> None:
    used = [s["uses"] for s in ACTION["runs"]["steps"] if "uses" in s]
    assert used == ["actions/setup-python@v6", "github/codeql-action/upload-sarif@v4"]


def test_every_input_is_used_and_every_used_one_is_known() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(ACTION["inputs"])


def test_no_input_is_pasted_into_a_script() -> None:
    """What a script gets, it gets by the environment: nothing in it can be taken for a command."""
    assert not any("${{" in s["run"] for s in ACTION["runs"]["steps"] if "run" in s)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def test_action_installs_itself(runner: Runner, tmp_path: Path) -> None:
    done = runner.run("Install cnnanalyze")
    assert done is not None
    assert done.returncode == 0
    assert (tmp_path / "installed").read_text().split()[:3] == ["-m", "pip", "install"]
    assert (tmp_path / "installed").read_text().split()[-1] == str(ROOT)


@needs_bash
def test_action_annotates_writes_sarif_and_fails(runner: Runner) -> None:
    runner.write("specs/good.yaml", CLEAN)
    runner.write("specs/even net.yaml", EVEN)
    done = runner.run("Lint")
    assert done is not None
    assert done.returncode == 0, done.stderr  # the last step fails, so that all others are run
    assert done.stdout.startswith(
        "::warning title=CV003 even-kernel,file=specs/even net.yaml,line=4,col=30,"
        f"endLine=4,endColumn=30::{MESSAGE}%0Ahelp: "
    )
    sarif = json.loads(Path(runner.outputs["lint"]["sarif"]).read_text())
    (result,) = sarif["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "specs/even%20net.yaml"
    assert place["region"]["startLine"] == 4
    text = runner.read_summary()
    assert text.startswith("## cnnanalyze\n\n### Lint\n\n1 warning in 2 files.\n")
    assert "| specs/even net.yaml:4:30 | warning **CV003** even-kernel | " in text
    end = runner.run("Fail if something was found")
    assert end is not None
    assert end.returncode == 1


@needs_bash
@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"fail_on": "error"}, 0),
        ({"paths": "specs/good.yaml\n\nspecs/more"}, 0),
        ({"config": "lenient.toml"}, 0),
        ({"paths": "specs/[e]*.yaml"}, 1),
        ({"paths": "nowhere"}, 2),
        ({"config": "none.toml"}, 2),
        ({"paths": "$(touch hacked); `touch hacked`"}, 2),
    ],
)
def test_inputs_of_the_action(runner: Runner, inputs: dict[str, str], code: int) -> None:
    runner.write("specs/good.yaml", CLEAN)
    runner.write("specs/even.yaml", EVEN)
    runner.write("specs/more/good.yaml", CLEAN)
    runner.write("lenient.toml", "[lint]\nignore = ['CV003']\n")
    done = runner.run("Lint", **inputs)
    assert done is not None
    assert done.returncode == 0, done.stderr
    assert runner.outputs["lint"]["code"] == str(code)
    end = runner.run("Fail if something was found")
    assert end is not None
    assert end.returncode == code
    assert not (runner.repository / "hacked").exists()


@pytest.fixture
def pull_request(runner: Runner, tmp_path: Path) -> Runner:
    """Return a runner whose repository has a branch with a wider, a new and an equal spec."""
    origin = tmp_path / "origin.git"
    runner.git("init", "--bare", str(origin), at=tmp_path)
    runner.git("init")
    runner.git("remote", "add", "origin", str(origin))
    runner.write("specs/base.yaml", CLEAN)
    runner.write("specs/child.yaml", "cnn: 1\nname: Child\nextends: base.yaml\n")
    runner.write("specs/same.yaml", CLEAN)
    runner.git("add", ".")
    runner.git("commit", "-m", "one")
    runner.git("push", "origin", "HEAD:main")
    runner.write("specs/base.yaml", CLEAN.replace("filters: 7", "filters: 11"))
    runner.write("specs/child.yaml", "cnn: 1\nname: A child\nextends: base.yaml\n")
    runner.write("specs/new_net.yaml", CLEAN)
    runner.write("specs/bad.yaml", "cnn: 1\n")
    runner.write("specs/notes.txt", "nothing\n")
    runner.git("add", ".")
    runner.git("commit", "-m", "two")
    runner.base = "main"
    return runner


@needs_git
@needs_bash
@pytest.mark.thorough
def test_action_compares_the_costs_of_changed_specs(pull_request: Runner) -> None:
    done = pull_request.run("Compare the costs with the base branch")
    assert done is not None
    assert done.returncode == 0, done.stderr
    text = pull_request.read_summary()
    assert text.startswith("### Costs of changed specs\n\n")
    # 3x3x3 weights and a bias for each of 7 filters, then of 11.
    assert re.search(r"\| parameters +\| +196 \| +308 \| +\+112 \| \+57\.1 \|", text)
    assert text.count("| parameters  ") == 2, "the spec that extends it has changed, too"
    assert "before/specs/base.yaml" in text
    assert "after/specs/base.yaml" in text
    assert "same" not in text
    assert "<details><summary>New: <code>specs/new_net.yaml</code></summary>" in text
    assert "New: <code>specs/bad.yaml</code></summary>\n\nIt cannot be read." in text
    assert "notes" not in text
    assert str(pull_request.temporary) not in text
    assert not list((pull_request.temporary / "cnnanalyze").glob("*/"))


@needs_git
@needs_bash
def test_action_says_that_nothing_was_changed(pull_request: Runner) -> None:
    done = pull_request.run("Compare the costs with the base branch", paths="specs/same.yaml")
    assert done is not None
    assert done.returncode == 0, done.stderr
    assert pull_request.read_summary() == "### Costs of changed specs\n\nNo spec was changed.\n\n"


@needs_bash
def test_action_compares_nothing_outside_of_pull_requests(runner: Runner) -> None:
    done = runner.run("Compare the costs with the base branch")
    assert done is not None
    assert (done.returncode, done.stdout) == (
        0,
        "no pull request: there is nothing to compare with\n",
    )
    assert runner.run("Compare the costs with the base branch", costs="false") is None


@needs_bash
@pytest.mark.parametrize(("limit", "code"), [(1000, 0), (100, 1)])
def test_action_checks_budgets_if_asked(runner: Runner, limit: int, code: int) -> None:
    runner.write("specs/net.yaml", f"{CLEAN}budgets: {{parameters: {limit}}}\n")
    assert runner.run("Check the budgets") is None
    done = runner.run("Check the budgets", budget="true")
    assert done is not None
    assert done.returncode == 0, done.stderr
    assert runner.outputs["budget"]["code"] == str(code)
    runner.outputs["lint"] = {"code": "0"}
    end = runner.run("Fail if something was found")
    assert end is not None
    assert end.returncode == code
    assert ("::error title=cnnanalyze budget::" in end.stdout) is bool(code)
    assert runner.read_summary().startswith("### Budgets\n\n")
    assert "196" in runner.read_summary()


@needs_bash
def test_action_says_if_there_are_no_budgets_to_check(runner: Runner) -> None:
    runner.write("specs/net.yaml", CLEAN)
    done = runner.run("Check the budgets", budget="true")
    assert done is not None
    assert "no budgets, and no entry in" in done.stderr
    runner.outputs["lint"] = {"code": "0"}
    end = runner.run("Fail if something was found")
    assert end is not None
    assert end.returncode == 2
    assert "the budgets could not be checked; see the log" in end.stdout


@needs_bash
def test_action_checks_models_against_their_specs(runner: Runner) -> None:
    runner.write("specs/net 1.yaml", CLEAN)
    runner.write("specs/net 2.yaml", CLEAN)
    runner.write("models/net 1.yaml", CLEAN)
    runner.write("models/net 2.yaml", EVEN)
    pairs = [f"specs/net {n}.yaml = models/net {n}.yaml" for n in (1, 2)]
    for check, code in (("", 0), (pairs[0], 0), ("\n".join(pairs), 1), ("no.yaml = x.yaml", 2)):
        done = runner.run("Check models against their specs", check=check)
        assert done is not None
        assert done.returncode == 0, done.stderr
        assert runner.outputs["check"]["code"] == str(code)
        runner.outputs["lint"] = {"code": "0"}
        end = runner.run("Fail if something was found")
        assert end is not None
        assert end.returncode == code
        assert ("::error title=cnnanalyze check::" in end.stdout) is bool(code)
        if code == 1:
            assert "\n::error title=CF003 other-attribute,file=specs/net 2.yaml,line=4," in (
                done.stdout
            )
    text = runner.read_summary()
    assert text.count("### Check\n\nnothing found in 1 file.\n") == 2
    assert "| specs/net 2.yaml:4:30 | error **CF003** other-attribute | conv1: kernel 3x3 " in text


@needs_bash
@pytest.mark.parametrize(("folded", "code"), [("false", 1), ("true", 0)])
def test_action_checks_folded_models(runner: Runner, folded: str, code: int) -> None:
    head = "cnn: 1\ninput: 9x9x3\nlayers:\n  - {conv: {filters: 5, kernel: 3"
    runner.write("spec.yaml", f"{head}, bias: false}}}}\n  - bn\n")
    runner.write("model.yaml", f"{head}}}}}\n")
    runner.run("Check models against their specs", check="spec.yaml = model.yaml", folded=folded)
    assert runner.outputs["check"]["code"] == str(code)


# --- examples for other services -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "schema"),
    [
        ("# .github/workflows/specs.yml", "vendor.github-workflows"),
        ("# .gitlab-ci.yml", "vendor.gitlab-ci"),
    ],
)
def test_examples_of_the_guide_fit_published_schemas(first: str, schema: str) -> None:
    pytest.importorskip("check_jsonschema", reason="no check-jsonschema: schema not at hand")
    from check_jsonschema.builtin_schemas import get_builtin_schema
    from jsonschema import Draft7Validator

    page = (ROOT / "docs" / "guides" / "ci.md").read_text("utf-8")
    (text,) = re.findall(
        rf"^```yaml\n{re.escape(first)}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE
    )
    data = read_yaml(text)
    assert [e.message for e in Draft7Validator(get_builtin_schema(schema)).iter_errors(data)] == []


def test_inputs_of_the_action_are_described() -> None:
    page = (ROOT / "docs" / "guides" / "ci.md").read_text("utf-8")
    assert all(f"| `{name}` |" in page for name in ACTION["inputs"])
    used = re.search(r"OWNER/cnnanalyze@\S+\n +with:\n((?: +[\w-]+: .*\n)+)", page)
    assert used is not None
    assert {line.split(":")[0].strip() for line in used[1].splitlines()} <= set(ACTION["inputs"])


# --- editors -------------------------------------------------------------------------------------


def test_schema_is_written_for_the_modeline(tmp_path: Path) -> None:
    path = tmp_path / "cnn.schema.json"
    assert run_cnnanalyze(["schema", "-o", str(path)]) == 0
    schema = json.loads(path.read_text("utf-8"))
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    text = "# yaml-language-server: $schema=cnn.schema.json\n" + CLEAN
    (tmp_path / "net.yaml").write_text(text)
    assert run_cnnanalyze(["lint", str(tmp_path / "net.yaml"), "--isolated"]) == 0
