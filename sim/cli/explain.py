"""`simulate explain`: what a value of a scenario is, and who set it; a map; or what happened to one request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from sim.cli.following import tell_request
from sim.cli.run import REPLICATIONS_MAX, SEED_MAX
from sim.cli.scenario_options import read_document, scenario_argument, set_option
from sim.cli.screen import write_report
from sim.errors import QuantityError, UsageError

if TYPE_CHECKING:
    from sim.scenario.document import Document
    from sim.scenario.nodes import Node
    from sim.scenario.paths import Path

LETTERS_MAX = 200
EPILOG = """\b
A request is SESSION.TURN. Nobody knows the number of a session beforehand:
let one of these words choose, and the answer tells the number.
  worst    the one without an answer that took longest, else the slowest
  slowest  of those with an answer the one that took longest
  failed   the first that got no answer

\b
Examples:
  simulate explain scenarios/claims_q3.yaml
  simulate explain scenarios/claims_q3.yaml workloads.ask_claim.deadline
  simulate explain scenarios/claims_q3_week.yaml endpoints.gpt_reserved
  simulate explain scenarios/claims_q3.yaml currency --set currency=EUR
  simulate explain scenarios/claims_q3_week.yaml --request worst
  simulate explain plan.yaml --request 1234.1 --replication 3
"""


@click.command(short_help="Say what a value means, and where it was set.", epilog=EPILOG)
@scenario_argument
@click.argument("path", required=False)
@click.option(
    "--request",
    metavar="S.T|worst|slowest|failed",
    help="Tell what happened to one request, line by line, with its tokens and its cost.",
)
@click.option(
    "--replication",
    type=click.IntRange(0, REPLICATIONS_MAX),
    metavar="N",
    help="Of which; the first is 0.",
)
@click.option(
    "--seed", type=click.IntRange(0, SEED_MAX), metavar="N", help="Of all chance; 0 unless given."
)
@click.option(
    "--engine",
    type=click.Choice(["compiled", "reference"]),
    help="The fast engine, unless told, or the one to be read.",
)
@set_option
def command(
    scenario: str,
    path: str | None,
    sets: tuple[str, ...],
    request: str | None,
    replication: int | None,
    seed: int | None,
    engine: Any,
) -> None:
    """Say what a value means, and where it was set and overridden; without PATH, show a map."""
    if request is not None:
        if path is not None:
            raise UsageError(f"give a path or --request, not both ({path} and {request})")
        tell_request(
            read_document(scenario, sets),
            request,
            replication or 0,
            seed or 0,
            engine or "compiled",
        )
        return
    for name, given in (("--replication", replication), ("--seed", seed), ("--engine", engine)):
        if given is not None:
            raise UsageError(f"{name} belongs to --request; a value of the scenario has none")
    document = read_document(scenario, sets)
    lines = _map(document) if path is None else _told(document, path)
    write_report("\n".join(_clean(line) for line in lines) + "\n")


def _clean(line: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in line).rstrip()


def _map(document: Document) -> Iterator[str]:
    """The parts of the scenario, with what each is and how many values it holds."""
    from sim.scenario.meaning import meaning_of
    from sim.scenario.scenario import Scenario

    rows = []
    for key in document.tree:
        meaning = meaning_of(Scenario, (key,), document.tree)
        values = sum(1 for _ in document.entries((key,)))
        counted = f"{values} value{'s' if values != 1 else ''}"
        rows.append((key, counted, meaning.words if meaning else ""))
    yield from _columns(rows)
    yield ""
    yield f"simulate explain {document.file} PATH tells more, such as {rows[-1][0]}"


def _told(document: Document, text: str) -> Iterator[str]:
    from sim.scenario.meaning import meaning_of
    from sim.scenario.paths import parse_path, path_text
    from sim.scenario.scenario import Scenario

    try:
        asked = parse_path(text)
    except QuantityError as fault:
        raise UsageError(str(fault)) from fault
    try:
        node, path = document.find(asked)
    except KeyError as fault:
        lines = list(_from_presets(document, asked))
        yield from lines or _not_written(document, asked, str(fault.args[0]))
        return
    meaning = meaning_of(Scenario, path, document.tree)
    yield path_text(path)
    if meaning:
        yield from _field("meaning", meaning.words)
        yield from _field("written as", meaning.form)
    yield from _value(document, node, path)
    yield from _from_presets(document, path)


def _from_presets(document: Document, path: Path) -> Iterator[str]:
    """What the names of presets stand for, at and below a path."""
    from sim.scenario.paths import path_text
    from sim.vendors.told import written_out

    if len(path) < 2 or path[0] not in ("endpoints", "routes", "incidents", "stations"):
        return
    rows = [(path_text(at), _shown(value), "") for at, value in written_out(document.tree, path)]
    if rows:
        yield ""
        yield "from presets, unknowns at their likeliest; `simulate presets NAME` has the sources"
        yield from _columns(rows)


def _not_written(document: Document, path: Path, fault: str) -> Iterator[str]:
    """What a scenario may hold at a path, where this one holds nothing."""
    from sim.scenario.meaning import meaning_of
    from sim.scenario.paths import path_text
    from sim.scenario.scenario import Scenario

    meaning = meaning_of(Scenario, path, document.tree)
    if meaning is None or not meaning.a_field:
        raise UsageError(fault)
    if path[:-1]:
        try:
            document.find(path[:-1])
        except KeyError:
            raise UsageError(fault) from None
    yield path_text(path)
    yield from _field("meaning", meaning.words)
    yield from _field("written as", meaning.form)
    default = "" if meaning.default in (None, [], {}) else f"; {_shown(meaning.default)} counts"
    yield from _field("value", f"not written{default}")


def _value(document: Document, node: Node, path: Path) -> Iterator[str]:
    from sim.scenario.nodes import plain
    from sim.scenario.unknown import KEYS

    unknown = next((one for one in document.unknowns() if one.path == path), None)
    if unknown is not None:
        raw = plain(node)
        ends = ", ".join(f"{key} {_shown(raw[key])}" for key in KEYS)
        yield from _field("value", f"not known: {ends}; drawn once per replication")
    elif isinstance(node.value, dict | list):
        yield from _field("value", f"{len(node.value)} parts")
        yield ""
        yield from _columns(list(_entries(document, path)))
        return
    else:
        yield from _field("value", _shown(plain(node)))
        yield from _field("unit", _unit(plain(node)))
    yield from _field("set", str(node.origin))
    for old in node.replaced:
        yield from _field("in place of", f"{_shown(plain(old))}  {old.origin}")


def _entries(document: Document, path: Path) -> Iterator[tuple[str, str, str]]:
    from sim.scenario.paths import path_text

    for entry in document.entries(path):
        over = f", in place of {_shown(entry.replaced[0][0])}" if entry.replaced else ""
        yield path_text(entry.path), _shown(entry.value), f"{entry.origin}{over}"


def _unit(raw: object) -> str:
    from sim.units import split_quantity

    try:
        unit = split_quantity(raw)[2].strip()
    except QuantityError:
        return ""
    return unit if not any(letter.isdigit() for letter in unit) else ""  # A day is no quantity.


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= LETTERS_MAX else f"{text[: LETTERS_MAX - 1]}…"


def _field(name: str, words: str) -> Iterator[str]:
    if words:
        yield f"  {name + ':':<13}{words}"


def _columns(rows: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    widths = [min(44, max((len(row[i]) for row in rows), default=0)) for i in (0, 1)]
    for first, second, third in rows:
        yield f"{first:<{widths[0]}}  {second:<{widths[1]}}  {third}"
