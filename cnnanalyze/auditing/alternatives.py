"""Neighbours: networks that a figure may have been meant for instead of the one it is printed for.

The same spec with other settings, with another size of the image; other specs of the family.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.analysis.result import Analysis, Total
from cnnanalyze.auditing.miscounts import Miscount, slipped
from cnnanalyze.core.files import FileError, read_text, resolved
from cnnanalyze.core.printed_number import PrintedNumber
from cnnanalyze.errors import CnnError, Source
from cnnanalyze.graph.network import Network
from cnnanalyze.language.build import build, load, vary
from cnnanalyze.language.spec import Settings, key_of, spec_of

MOST = 32
"""Other settings, relatives and parameters that are tried for one figure."""
MOST_LAYERS = 50_000
"""Layers that are laid out for a spec to try other settings than those that its claims name."""
SIDES = (224, 227, 256, 299, 320, 331)
"""Sides of images that networks are commonly measured with."""
SIDE = "resolution"
"""The parameter of a spec that says the side of its image."""


class Neighbour(NamedTuple):
    """Another network, how it is called, and how far away it is."""

    words: str
    name: str
    analysis: Analysis
    rank: float


class Analyses:
    """Analyses of a spec under many settings, each made once and only if it is asked for."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, str], Analysis | None] = {}
        self._read: dict[Path, Network | None] = {}
        self._named: dict[object, tuple[tuple[str, Settings], ...]] = {}
        self._asked: dict[object, int] = {}
        self._tried: dict[object, int] = {}
        """How many layers were laid out for each spec: as somebody asked, and to try something."""
        self._exhausted: set[object] = set()
        self._slipped: dict[
            tuple[int, str, int], tuple[Total, tuple[tuple[Miscount, int], ...]]
        ] = {}
        """By the number of a total, which is kept beside the result."""

    def keep(self, analysis: Analysis) -> Analysis:
        """Enter an analysis that is there already."""
        network = analysis.network
        self._made[_name_of(network, spec_of(network).settings)] = analysis
        if not spec_of(network).settings and (path := _path_of(network)) is not None:
            self._read.setdefault(path, network)
        return analysis

    def slipped(self, total: Total, quantity: str, number: int) -> tuple[tuple[Miscount, int], ...]:
        """Return every slip that makes another number of this one; worked out once."""
        key = (id(total), quantity, number)
        if key not in self._slipped:
            self._slipped[key] = total, tuple(slipped(total, quantity, number))
        return self._slipped[key][1]

    def named_by(self, network: Network) -> tuple[tuple[str, Settings], ...]:
        """Return the settings that the claims of a spec name, each once, with their keys."""
        spec = _spec_of(network)
        if spec not in self._named:
            found = {key_of(claim.settings): claim.settings for claim in spec_of(network).claims}
            self._named[spec] = tuple(found.items())
        return self._named[spec]

    def asked(self, network: Network) -> int:
        """Return how many layers were laid out for settings of a spec that somebody named."""
        return self._asked.get(_spec_of(network), 0)

    def has_given_up(self, network: Network) -> bool:
        """Whether more could have been tried for a spec than was."""
        return _spec_of(network) in self._exhausted

    def under(
        self, network: Network, settings: Settings, *, fields: bool = False
    ) -> Analysis | None:
        """Return the analysis of a spec under settings; nothing if they do not fit it."""
        name = _name_of(network, settings)
        made = self._made.get(name)
        if made is not None and fields and _is_blind(made):
            made = self._made[name] = analyze(made.network)
        elif name not in self._made:
            made = self._made[name] = _varied(network, settings, fields=fields)
            self._asked[name[0]] = self.asked(network) + len(made or network)
        return made

    def tried(
        self, network: Network, settings: Settings, *, fields: bool = False
    ) -> Analysis | None:
        """Return the same for settings that nobody named; nothing, too, after much was tried."""
        name = _name_of(network, settings)
        if name in self._made:
            return self.under(network, settings, fields=fields)
        return self._try(name, network, lambda: _varied(network, settings, fields=fields))

    def _try(
        self, name: tuple[object, str], network: Network, make: Callable[[], Analysis | None]
    ) -> Analysis | None:
        spec, found = name[0], None
        laid_out = self._tried.get(spec, 0)
        if laid_out + len(network) > MOST_LAYERS:
            self._exhausted.add(spec)
            return None
        found = self._made[name] = make()
        self._tried[spec] = laid_out + len(found or network)
        return found

    def sized(self, network: Network, side: int) -> Analysis | None:
        """Return the analysis for images of another side."""
        known = dict(spec_of(network).parameters)
        if SIDE in known:
            settings = {**dict(spec_of(network).settings), SIDE: side}
            return self.tried(network, tuple(settings.items()))
        name = (_spec_of(network), f"{key_of(spec_of(network).settings)} at {side}")
        if name in self._made:
            return self._made[name]
        return self._try(name, network, lambda: _sized(network, side))

    def loaded(self, path: Path, settings: Settings) -> Analysis | None:
        """Return the analysis of another spec, under those of the settings that it has."""
        plain = self._plain(path)
        if plain is None:
            return None
        known = dict(spec_of(plain).parameters)
        fitting = tuple((n, v) for n, v in settings if n in known and known[n] != v)
        if fitting:
            return self.tried(plain, fitting)
        name = (_spec_of(plain), "")
        if name not in self._made:
            self._made[name] = analyze(plain, fields=False)
        return self._made[name]

    def _plain(self, path: Path) -> Network | None:
        path = resolved(path)
        if path not in self._read:
            try:
                self._read[path] = load(path)
            except CnnError:
                self._read[path] = None
        return self._read[path]


def _path_of(network: Network) -> Path | None:
    """Return the file that a network was read from, if it was one."""
    spec = spec_of(network)
    if spec.folder is None or spec.source is None:
        return None
    return resolved(spec.folder) / Path(spec.source.name).name


def _spec_of(network: Network) -> object:
    """Return what a spec is known by: its file, or the text itself, or else the network."""
    return _path_of(network) or spec_of(network).source or id(network)


def _name_of(network: Network, settings: Settings) -> tuple[object, str]:
    """Return what a spec is known by under settings; those that change nothing do not count."""
    return _spec_of(network), key_of(spec_of(network).effective(settings))


def _varied(network: Network, settings: Settings, *, fields: bool) -> Analysis | None:
    try:
        return analyze(vary(network, dict(settings)), fields=fields)
    except CnnError:
        return None


def _is_blind(analysis: Analysis) -> bool:
    """Whether nobody asked what the layers see."""
    return all(facts.fields is None for facts in analysis)


def _sized(network: Network, side: int) -> Analysis | None:
    path = _path_of(network)
    if path is None or network.input.rank != 2:  # noqa: PLR2004 - an image
        return None
    base = path.name
    text = f"cnn: 1\nextends: {base!r}\ninput: {side}x{side}x{network.input.channels}\n"
    try:
        return analyze(build(Source(f"{base} at {side}", text), {}, path.parent), fields=False)
    except CnnError:
        return None


def settings_of(
    network: Network, analyses: Analyses, *, fields: bool = False
) -> Iterator[Neighbour]:
    """Other settings of the spec: those that its claims name, and each switch turned over."""
    here = dict(spec_of(network).settings)
    defaults = {**dict(spec_of(network).parameters), **here}
    tried = {key_of(spec_of(network).settings)}
    turned = (
        tuple({**here, name: not value}.items())
        for name, value in defaults.items()
        if isinstance(value, bool)
    )
    named = islice(analyses.named_by(network), MOST)
    for key, settings in chain([("", ())], named, ((key_of(s), s) for s in islice(turned, MOST))):
        if key not in tried:
            tried.add(key)
            if (found := analyses.tried(network, settings, fields=fields)) is not None:
                words = f"with {key or key_of(_defaults(found.network, spec_of(network).settings))}"
                yield Neighbour(words, f"settings {key}", found, 3)


def _defaults(plain: Network, settings: Settings) -> Settings:
    """Return what these parameters are where nobody sets them."""
    names = {name for name, _ in settings}
    return tuple((name, value) for name, value in spec_of(plain).parameters if name in names)


def sizes_of(network: Network, analyses: Analyses, ratio: Fraction) -> Iterator[Neighbour]:
    """The same network for images of other common sizes.

    Counts grow about as the area does, so a size that is far from the ``ratio`` of the printed
    figure to the right one, doubled or halved, is not even built.
    """
    if network.input.rank != 2 or len(set(network.input.size)) != 1:  # noqa: PLR2004 - an image
        return
    here = network.input.size[0]
    for side in SIDES:
        area = Fraction(side * side, here * here)
        if side == here or not any(is_near(ratio, area * n) for n in (1, 2, Fraction(1, 2))):
            continue
        if (found := analyses.sized(network, side)) is not None:
            words = f"for {side}x{side} instead of {here}x{here}"
            yield Neighbour(words, f"side {side}", found, 3)


def is_near(one: Fraction, other: Fraction) -> bool:
    """Whether two ratios are so near that counts which grow about as the area may agree."""
    return abs(one - other) * 16 <= other


def relatives_of(
    network: Network, analyses: Analyses, could_be: Callable[[Analysis, Fraction], bool]
) -> Iterator[Neighbour]:
    """Yield other specs of the family in the same folder.

    ``could_be`` is asked whether the figure could be that of a relative with a given ratio of
    areas to an analysis at hand; if not, the relative is not even laid out at that size.
    """
    spec = spec_of(network)
    family = spec.text("family")
    if spec.folder is None or spec.source is None or not family:
        return
    own = Path(spec.source.name).name
    same_side = [(name, value) for name, value in spec.parameters if name == SIDE]
    settings = tuple({**dict(same_side), **dict(spec.settings)}.items())
    for path in _family(spec.folder, family)[:MOST]:
        if path.name != own:
            plain = analyses.loaded(path, ())
            found = None
            if plain is not None and could_be(plain, _growth(plain.network, settings)):
                found = analyses.loaded(path, settings)
            if found is not None:
                yield Neighbour(f"of {found.network.name}", f"relative {path.stem}", found, 5)
            if plain is not None and plain is not found:
                said = key_of(spec_of(plain.network).settings)
                words = f"of {plain.network.name}{f' with {said}' if said else ''}"
                yield Neighbour(words, f"relative {path.stem} alone", plain, 6)


def _growth(plain: Network, settings: Settings) -> Fraction:
    """Return how much the area grows under settings; 0 if they change more than that."""
    known = dict(spec_of(plain).parameters)
    changed = {name: value for name, value in settings if known.get(name, value) != value}
    now = known.get(SIDE, 1)
    side = changed.pop(SIDE, now)
    if changed or not isinstance(side, int) or not isinstance(now, int):
        return Fraction(0)
    return Fraction(side * side, now * now)


@lru_cache(maxsize=64)
def _family(folder: Path, family: str) -> tuple[Path, ...]:
    """Return the specs of a folder whose header names the family; the rest is not read."""
    return tuple(p for p in sorted(folder.glob("*.yaml")) if _head(p) == family)


@lru_cache(maxsize=1024)
def _head(path: Path) -> str:
    try:
        text = read_text(path, what="spec")
    except FileError:  # a folder, or no text: it names no family
        return ""
    line = next((line for line in text.splitlines() if line.startswith(_FAMILY)), "")
    return line.removeprefix(_FAMILY).strip(" \"'")


_FAMILY = "family:"


NEAR = 10
"""A whole number is looked for within this part of the given one, and one beside it at least."""


def searched(
    network: Network,
    analyses: Analyses,
    figure: PrintedNumber,
    here: int,
    count: Callable[[Analysis], int],
) -> Iterator[Neighbour]:
    """Other values of one whole-number parameter, found by interpolation, as counts grow with it.

    Nothing is looked for if the printed figure is far from the right one, ``here``. ``count``
    returns the number that the figure refers to.
    """
    wanted = figure.value
    if not here or abs(wanted / here - 1) > Fraction(1, 3):
        return
    given = dict(spec_of(network).settings)
    for name, value in islice({**dict(spec_of(network).parameters), **given}.items(), MOST):
        if not isinstance(value, int) or isinstance(value, bool) or name == SIDE:
            continue
        reach = max(1, value // NEAR)
        low, high = (value + 1, value + reach) if wanted > here else (value - reach, value - 1)
        low = max(1, low)
        known = {value: here}
        tried = high if wanted > here else low  # the far end first: most never get there
        while low <= high:
            found = analyses.tried(network, tuple({**given, name: tried}.items()))
            if found is None:
                break
            known[tried] = number = count(found)
            if figure.agrees(number):
                words = f"with {name}={tried} instead of {value}"
                yield Neighbour(words, f"{name}={tried}", found, 4)
                break
            low, high = (tried + 1, high) if number < wanted else (low, tried - 1)
            tried = min(max(_between(known, wanted), low), high)


def _between(known: dict[int, int], wanted: Fraction) -> int:
    """Return where, between the two nearest places whose numbers are known, a number may lie."""
    (one, at_one), (two, at_two) = sorted(known.items(), key=lambda k: abs(k[1] - wanted))[:2]
    if at_one == at_two:
        return (one + two) // 2
    return round(one + (two - one) * (wanted - at_one) / (at_two - at_one))
