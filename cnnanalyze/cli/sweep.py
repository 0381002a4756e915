"""``cnnanalyze sweep``: which widths, depths and resolutions fit?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnanalyze.cli import options as option
from cnnanalyze.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from cnnanalyze.sweeping.plan import Plan
    from cnnanalyze.sweeping.result import Summary
    from cnnanalyze.sweeping.run import Chunk

SPACE, RUN = "Which points", "How it runs"

Vary = Annotated[
    list[str] | None,
    typer.Option(
        "--vary",
        metavar="NAME=VALUES",
        help="Values of a parameter: a list '1,2,4', a range '0.25..1.4/0.05', an interval "
        "'log(8, 256)' or 'uniform(2, 3)', an expression of others '$width * 2'. An element of a "
        "list is 'depths\\[0]'. May be repeated.",
        rich_help_panel=SPACE,
        autocompletion=option.complete.parameters,
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="CONDITION",
        help="Keep only points for which this holds, such as 'width * depth < 20' or "
        "'peak_memory < 2 * weight_memory'. May be repeated.",
        rich_help_panel=SPACE,
    ),
]
Budget = Annotated[
    list[str] | None,
    typer.Option(
        "--budget",
        metavar="LIMIT",
        help="Keep only networks within a limit, such as 'macs<=300M', 'weight_memory<=5MB' or "
        "'receptive_field>=200'. May be repeated.",
        rich_help_panel=SPACE,
    ),
]
Pareto = Annotated[
    str | None,
    typer.Option(
        "--pareto",
        metavar="A,B[,C]",
        help="Quantities or parameters that are to be small, or large as in "
        "'receptive_field:most'; by default macs,parameters:most.",
        rich_help_panel=SPACE,
    ),
]
Quantities = Annotated[
    str,
    typer.Option(
        "--quantities",
        metavar="A,B,C",
        help="What is told of each point; by default parameters,macs,peak_memory.",
        rich_help_panel=option.OUTPUT,
    ),
]
Sample = Annotated[
    int | None,
    typer.Option(
        "--sample", metavar="N", min=1, help="Draw so many points.", rich_help_panel=SPACE
    ),
]
Seed = Annotated[
    int,
    typer.Option("--seed", metavar="N", min=0, help="Where chance begins.", rich_help_panel=SPACE),
]
Jobs = Annotated[
    int,
    typer.Option("--jobs", metavar="N", min=1, help="Processes that work.", rich_help_panel=RUN),
]
Verify = Annotated[
    int,
    typer.Option(
        "--verify",
        metavar="N",
        min=0,
        help="Run so many of the networks that are kept in NumPy, too, as 'verify' does; by "
        "default none.",
        rich_help_panel=RUN,
    ),
]
Distributions = Annotated[
    str,
    typer.Option(
        "--distribution",
        metavar="A,B,C",
        help="Quantities whose distributions are shown: the share of networks below each number.",
        rich_help_panel=option.OUTPUT,
    ),
]
Errors = Annotated[
    Path | None,
    typer.Option(
        "--errors",
        metavar="FILE",
        help="A CSV file with the 'id' of a point and a number of yours, such as its error, in "
        "each line: its distribution is shown.",
        rich_help_panel=option.OUTPUT,
    ),
]
Scheduler = Annotated[
    str,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="Let the workers of a Dask cluster work; needs 'cnnanalyze\\[dask]'.",
        rich_help_panel=RUN,
    ),
]
Checks = Annotated[
    int,
    typer.Option(
        "--checks",
        metavar="N",
        min=0,
        help="Analyse so many of the points as whole networks, too, and compare.",
        rich_help_panel=RUN,
    ),
]
Explain = Annotated[
    int | None,
    typer.Option(
        "--explain",
        metavar="ID",
        min=0,
        help="Tell of one point only: its numbers, its limits, and which layers weigh most.",
        rich_help_panel=option.OUTPUT,
    ),
]
Outputs = Annotated[
    list[Path] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write to a file; .csv, .jsonl, .parquet and .arrow have every point that is kept, "
        "other endings the result. May be repeated.",
        rich_help_panel=option.OUTPUT,
    ),
]

EXAMPLES = (
    (
        "cnnanalyze sweep zoo:mobilenet_v2 --vary width=0.25..1.4/0.05 --budget 'macs<=100M'",
        "what fits 100 million multiply-accumulates?",
    ),
    (
        "cnnanalyze sweep zoo:mobilenet_v2 --vary width=0.35,0.5,1 -o points.csv -o front.html",
        "every point as a table, and a page with the front",
    ),
    (
        "cnnanalyze sweep zoo:mobilenet_v2 --vary width=0.5,1 --budget 'macs<=99M' --explain 1",
        "why did this one fall out?",
    ),
)


def sweep(
    specs: option.Specs,
    *,
    vary: Vary = None,
    settings: option.Settings = None,
    where: Where = None,
    budget: Budget = None,
    pareto: Pareto = None,
    sample: Sample = None,
    seed: Seed = 0,
    quantities: Quantities = "",
    distribution: Distributions = "",
    errors: Errors = None,
    convention: option.Convention = "mac",
    batch: option.Batch = 1,
    dtype: option.Dtype = "float32",
    jobs: Jobs = 1,
    scheduler: Scheduler = "",
    checks: Checks = 20,
    verify: Verify = 0,
    explain: Explain = None,
    format: option.Reference = None,  # noqa: A002 - the name of the option
    output: Outputs = None,
) -> None:
    """Go through the values of parameters: what do all these networks cost, and which are best?

    What a block costs is worked out once for each of its arguments and inputs, so that a million
    points take seconds. SPEC can be a file that begins with 'sweep: 1' and says all of it.
    """
    from cnnanalyze.cli.formats import choose_document_format
    from cnnanalyze.cli.output import write_document
    from cnnanalyze.report.sweep import document
    from cnnanalyze.report.sweep import explain as explain_point
    from cnnanalyze.report.sweep_rows import ENDINGS
    from cnnanalyze.sweeping.distribution import read_errors
    from cnnanalyze.sweeping.result import Summary
    from cnnanalyze.sweeping.verification import verify_points

    plan = _plan(
        specs, vary, settings, where, budget, pareto, sample, seed, quantities,
        distribution, convention, batch, dtype,
    )  # fmt: skip
    if explain is not None:
        path = output[0] if output else None
        write_document(explain_point(plan, explain), choose_document_format(format, path), path)
        return
    rows = [path for path in output or () if path.suffix.lower() in ENDINGS]
    pages = [path for path in output or () if path not in rows]
    # What cannot be written is told before anything is worked out.
    formats = [choose_document_format(format, path) for path in pages]
    told = None if errors is None else read_errors(errors)
    summary = Summary(plan, errors=told)
    _work(summary, rows, output[0] if output else None, jobs, scheduler, checks)
    summary.verified = tuple(verify_points(summary, verify)) if verify else ()
    result = document(summary)
    for path, one in zip(pages, formats, strict=True):
        write_document(result, one, path)
    if not pages:
        write_document(result, choose_document_format(format, None), None)
    if not summary.kept or any(one.is_balanced is False for one in summary.verified):
        raise typer.Exit(1)


def _work(
    summary: Summary,
    rows: list[Path],
    output: Path | None,
    jobs: int,
    scheduler: str,
    checks: int,
) -> None:
    """Go through all points, write their rows, and add up what is told of all of them.

    With a file to write, chunks that are done are kept beside it until it is written.
    """
    from cnnanalyze.cli.output import remark
    from cnnanalyze.report.sweep_rows import write_rows
    from cnnanalyze.sweeping.run import chunks_of, fingerprint, run
    from cnnanalyze.sweeping.store import ChunkStore

    plan, store = summary.plan, None
    if output is not None and not output.name:
        raise UsageError(f"cannot write '{output}': it is not the name of a file")
    if output is not None:
        store = ChunkStore(output.with_name(f"{output.name}.partial"), fingerprint(plan))
    if scheduler and jobs > 1:
        raise UsageError(
            "'--jobs' starts processes here, and '--scheduler' has workers of its own",
            help="leave one of them out",
        )
    jobs = min(jobs, chunks_of(plan))
    with _executor(jobs, scheduler) as (executor, workers), _progress(plan) as progress:

        def chunks() -> Iterator[Chunk]:
            return run(
                plan,
                executor=executor,
                workers=workers,
                checks=checks,
                store=store,
                progress=progress,
            )

        try:
            for chunk in chunks():
                summary.add(chunk)
            for path in rows:
                write_rows(path, plan, chunks())
        except KeyboardInterrupt:
            if store is not None:
                remark("what is done is kept: the same command goes on from there")
            raise
    if store is not None:
        if store.found_at_first:
            remark(f"remark: {store.found_at_first} of {chunks_of(plan)} chunks were done already")
        store.remove()


def _plan(
    specs: list[str],
    vary: list[str] | None,
    settings: list[str] | None,
    where: list[str] | None,
    budget: list[str] | None,
    pareto: str | None,
    sample: int | None,
    seed: int,
    quantities: str,
    distribution: str,
    convention: str,
    batch: int,
    dtype: str,
) -> Plan:
    from cnnanalyze.analysis.quantities import read_terms
    from cnnanalyze.cli.specs import find, load, read_settings
    from cnnanalyze.core.word_list import words_of
    from cnnanalyze.sweeping.plan import Member, make_plan
    from cnnanalyze.sweeping.sweep_file import is_sweep, read_sweep

    if len(specs) == 1 and is_sweep(Path(specs[0])):
        beside = [vary, settings, where, budget, pareto, sample, quantities, distribution]
        if any(one for one in beside):
            raise UsageError(
                f"'{specs[0]}' says itself what is varied and asked",
                help="leave the options out, or write them into the file",
            )
        return read_sweep(Path(specs[0]))
    given = read_settings(settings)
    members = [Member(name, load(name, given)) for name in find(specs)]
    return make_plan(
        members,
        _read_varied(vary or ()),
        given=given,
        quantities=tuple(words_of(quantities)),
        terms=read_terms(convention, batch, dtype),
        where=where or (),
        limits=tuple(limit for text in budget or () for limit in _read_limit(text)),
        pareto=None if pareto is None else tuple(words_of(pareto)),
        distributions=tuple(words_of(distribution)),
        sample=sample,
        seed=seed,
    )


def _read_varied(given: list[str] | tuple[str, ...]) -> dict[str, object]:
    found: dict[str, object] = {}
    for text in given:
        name, equals, values = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise UsageError(
                f"--vary takes NAME=VALUES, not '{text}'",
                help="for example --vary width=0.25..1.4/0.05",
            )
        if name in found:
            raise UsageError(f"'{name}' is varied twice", help="give all its values at once")
        found[name] = values.strip()
    return found


def _read_limit(text: str) -> tuple[Any, ...]:
    from cnnanalyze.language.sections import plan_budgets

    for sign, bound in (("<=", "at_most"), (">=", "at_least"), ("=", "at_most")):
        name, found, value = text.partition(sign)
        if found:
            budgets = plan_budgets({name.strip(): {bound: value.strip()}}, f"--budget {text}")
            return () if budgets is None else budgets.limits
    raise UsageError(
        f"--budget takes a limit, not '{text}'", help="for example --budget 'macs<=300M'"
    )


@contextmanager
def _executor(jobs: int, scheduler: str) -> Iterator[tuple[Executor | None, int]]:
    """Give what works chunks out, and how many at a time."""
    if scheduler:
        from cnnanalyze.sweeping.cluster import connect

        with connect(scheduler) as cluster:
            yield cluster
        return
    if jobs == 1:
        yield None, 1
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as executor:
        try:
            yield executor, jobs
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise


@contextmanager
def _progress(plan: Plan) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar where stderr is a terminal."""
    from cnnanalyze.cli.output import console
    from cnnanalyze.sweeping.run import chunks_of

    terminal = console(stderr=True)
    if not terminal.is_terminal or chunks_of(plan) == 1:
        yield None
        return
    from rich.progress import Progress

    with Progress(console=terminal, transient=True) as bar:
        task = bar.add_task(f"{plan.count:,} points", total=None)

        def report(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        yield report
