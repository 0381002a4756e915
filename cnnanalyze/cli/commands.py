"""The commands: what each is for, and a group that imports one when somebody asks for it."""

from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from inspect import getdoc
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from cnnanalyze.version import __version__

UsageFault: Any = typer.BadParameter.__base__
"""The error of a command line that cannot be read, from wherever this version of typer has it."""


class CommandEntry(NamedTuple):
    """A command in the list of all commands."""

    home: str
    """Its function, as ``module:name``."""
    panel: str
    """The commands that ``--help`` shows beside it."""
    purpose: str


_NETWORKS, _CHECKS, _COURSE, _REFERENCE = "Networks", "Checks", "Course", "Reference"
COMMANDS = {
    "summary": CommandEntry(
        "cnnanalyze.cli.summary:summary",
        _NETWORKS,
        "Output shape, parameters, cost and receptive field of every layer.",
    ),
    "draw": CommandEntry("cnnanalyze.cli.draw:draw", _NETWORKS, "A picture of the architecture."),
    "export": CommandEntry(
        "cnnanalyze.cli.export:export",
        _NETWORKS,
        "A network as a PyTorch module, or as a graph for other programs.",
    ),
    "report": CommandEntry(
        "cnnanalyze.cli.report:report",
        _NETWORKS,
        "Everything about a network on one self-contained page.",
    ),
    "compare": CommandEntry(
        "cnnanalyze.cli.compare:compare",
        _NETWORKS,
        "What differs between networks, or between versions of one.",
    ),
    "sweep": CommandEntry(
        "cnnanalyze.cli.sweep:sweep",
        _NETWORKS,
        "What all networks of a family cost, and which are best.",
    ),
    "deploy": CommandEntry(
        "cnnanalyze.cli.deploy:deploy",
        _NETWORKS,
        "What a network needs where it runs: flash, RAM, traffic, time.",
    ),
    "import": CommandEntry(
        "cnnanalyze.cli.import_:import_",
        _NETWORKS,
        "A network of another program as a spec: ONNX, Keras, TFLite, Darknet, Caffe.",
    ),
    "gallery": CommandEntry(
        "cnnanalyze.cli.gallery:gallery",
        _NETWORKS,
        "A folder of pages: one for each network, and an index.",
    ),
    "verify": CommandEntry(
        "cnnanalyze.cli.verify:verify",
        _CHECKS,
        "Run networks, and compare everything observed with the rules.",
    ),
    "audit": CommandEntry(
        "cnnanalyze.cli.audit:audit",
        _CHECKS,
        "Which printed figures hold, under which convention, and why not the rest.",
    ),
    "lint": CommandEntry(
        "cnnanalyze.cli.lint:lint",
        _CHECKS,
        "Errors and suspicious places in specs, and how to fix them.",
    ),
    "check": CommandEntry(
        "cnnanalyze.cli.check:check",
        _CHECKS,
        "Is a model the network that its spec declares?",
    ),
    "budget": CommandEntry(
        "cnnanalyze.cli.budget:budget",
        _CHECKS,
        "Do networks stay within their limits, and has anything grown?",
    ),
    "explain": CommandEntry(
        "cnnanalyze.cli.explain:explain",
        _COURSE,
        "How a number is computed: formula, values, reasons.",
    ),
    "convolve": CommandEntry(
        "cnnanalyze.cli.convolve:convolve",
        _COURSE,
        "Convolution and pooling by hand, on given numbers, step by step.",
    ),
    "solve": CommandEntry(
        "cnnanalyze.cli.solve:solve", _COURSE, "A homework sheet with every answer worked out."
    ),
    "grade": CommandEntry(
        "cnnanalyze.cli.grade:grade",
        _COURSE,
        "Mark students' answers, and explain how wrong ones came about.",
    ),
    "zoo": CommandEntry("cnnanalyze.cli.zoo:zoo", _REFERENCE, "The included networks."),
    "layers": CommandEntry(
        "cnnanalyze.cli.layers:layers", _REFERENCE, "The layer kinds, or one of them explained."
    ),
    "rule": CommandEntry(
        "cnnanalyze.cli.rule:rule", _REFERENCE, "The lint rules, or one of them explained."
    ),
    "schema": CommandEntry(
        "cnnanalyze.cli.schema:schema",
        _REFERENCE,
        "A JSON Schema of the spec language, for editors, or of other data.",
    ),
}
"""Every command, in the order of ``--help``."""


class Session:
    """What holds for one command line as a whole."""

    debug = False
    """Whether errors show their traceback."""


def _leave_out_types(parameters: list[Any]) -> list[Any]:
    """Return parameters whose help has no word for a type where one says nothing.

    A switch takes no value, and what an argument is, its name and its help say.
    """
    for parameter in parameters:
        if parameter.param_type_name == "argument":
            parameter.display_type_rich = lambda ctx: None  # noqa: ARG005 - typer gives no option for it
        elif parameter.is_flag:
            parameter.metavar = ""
    return parameters


class Command(TyperCommand):
    """A command whose help names types of values only."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - as above
        """Return all options and arguments, that for the help included."""
        return _leave_out_types(super().get_params(ctx))


class LazyGroup(TyperGroup):
    """Commands of which only those are imported that somebody asks for, as click documents it."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - click's, from wherever typer has it
        """Return the options that hold for all commands."""
        return _leave_out_types(super().get_params(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - click's
        """Write the help; what each command is for stands in the table, so none is imported."""
        known = self.commands
        self.commands = {
            name: TyperCommand(
                name,
                short_help=entry.purpose,
                rich_markup_mode="rich",
                rich_help_panel=entry.panel,
            )
            for name, entry in COMMANDS.items()
        }
        try:
            super().format_help(ctx, formatter)
        finally:
            self.commands = known

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - click's, from wherever typer has it
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002
        """Return a command, whose module is imported only now; nothing if there is none."""
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            command = make_command(cmd_name)
            # '--debug' may stand anywhere in a command line.
            command.params.extend(option for option in self.params if option.name == "debug")
            self.commands[cmd_name] = command
        return self.commands.get(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        """Return the command that a line begins with, or refuse it with the nearest ones."""
        try:
            return super().resolve_command(ctx, args)
        except UsageFault as fault:
            if close := get_close_matches(args[0], COMMANDS):
                names = ", ".join(repr(name) for name in close)
                fault.message = f"{fault.message.rstrip('.')}. Did you mean {names}?"
            raise


def make_command(name: str) -> Any:  # noqa: ANN401 - click's command, from wherever typer has it
    """Import a command and return it with its options.

    Examples
    --------
    >>> [option.name for option in make_command("schema").params]
    ['file', 'of', 'output']
    """
    entry = COMMANDS[name]
    module_name, _, function_name = entry.home.partition(":")
    module = import_module(module_name)
    function = getattr(module, function_name)
    app = _application()
    app.command(
        name,
        cls=Command,
        help=_unwrap(function),
        short_help=entry.purpose,
        epilog=_show(getattr(module, "EXAMPLES", ())),
        rich_help_panel=entry.panel,
    )(function)
    return typer.main.get_command(app)


def make_group() -> Any:  # noqa: ANN401 - as above
    """Return the whole command line; no command of it is imported yet.

    Examples
    --------
    >>> group = make_group()
    >>> group.list_commands(None)[:2], list(group.commands)
    (['summary', 'draw'], [])
    """
    app = _application(
        cls=LazyGroup, add_completion=True, no_args_is_help=True, epilog=_show(EXAMPLES)
    )
    app.callback(help=_unwrap(cnnanalyze))(cnnanalyze)
    return typer.main.get_command(app)


def _application(*, add_completion: bool = False, **settings: Any) -> typer.Typer:  # noqa: ANN401
    return typer.Typer(
        name="cnnanalyze",
        add_completion=add_completion,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
        **settings,
    )


def _unwrap(function: Callable[..., None]) -> str:
    """Return the docstring with each paragraph in one line: a terminal has a width of its own."""
    return "\n\n".join(" ".join(p.split()) for p in (getdoc(function) or "").split("\n\n"))


def _show(examples: tuple[tuple[str, str], ...]) -> str:
    """Return what stands below the options: what to type, and what that is good for."""
    if not examples:
        return ""
    lines = [f"  [cyan]{line}[/cyan]\n    [dim]{purpose}[/dim]" for line, purpose in examples]
    return "\n".join(["[bold]Examples[/bold]", *lines])


# --- what holds for all commands ------------------------------------------------------------------

EXAMPLES = (
    ("cnnanalyze summary zoo:resnet50", "every layer of ResNet-50"),
    ("cnnanalyze lint specs/*.yaml", "what is wrong in the specs of a folder"),
    ("cnnanalyze summary --help", "what a command can do, with examples"),
    ("cnnanalyze --install-completion", "from then on Tab completes commands, options and names"),
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cnnanalyze {__version__}")
        raise typer.Exit


def _set_debug(context: typer.Context, wanted: bool) -> None:
    session = context.find_object(Session)
    if wanted and session is not None:
        session.debug = True


def cnnanalyze(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
    debug: Annotated[
        bool,
        typer.Option(
            "--debug",
            callback=_set_debug,
            expose_value=False,
            is_eager=True,
            help="Show the traceback of an error.",
        ),
    ] = False,
) -> None:
    """Analyze convolutional networks: what they cost, what they see, and a proof of every number.

    SPEC is a file, a folder, a pattern such as 'specs/res*.yaml', zoo:NAME, or - for stdin.
    """
