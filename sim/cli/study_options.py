"""What the verbs that study several plans or points share: how much to run, and where results go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.scenario_options import set_option
from sim.cli.versions import package_version
from sim.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.report.page import Screen
    from sim.scenario.document import Document
    from sim.study.kept import Kept
    from sim.summary import Origin

SEED_MAX = 2**63 - 1
REPLICATIONS_MAX = 100_000
JOBS_MAX = 1_024


def worker_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add where replications run, and whether those of a killed run are taken up."""
    command = click.option(
        "--scheduler",
        metavar="ADDRESS",
        help="Run on the Dask cluster of this scheduler, such as tcp://host:8786.",
    )(command)
    return click.option(
        "--resume", is_flag=True, help="Go on from what a killed run of the same had finished."
    )(command)


@contextmanager
def kept_beside(target: Path, *, resume: bool) -> Iterator[Kept]:
    """Where finished work is kept until the results are whole: a hidden folder beside them."""
    from sim.study.kept import Kept

    path = target.absolute()
    kept = Kept(path.with_name(f".simulate-kept-{path.name}"))
    if not resume:
        kept.forget()
    yield kept
    kept.forget()


@dataclass(frozen=True, slots=True)
class Asked:
    """What every study is asked for."""

    sets: tuple[str, ...]
    replications: int
    seed: int
    jobs: int | None
    out: str | None
    as_json: bool
    scheduler: str | None
    resume: bool

    @property
    def workers(self) -> int:
        """Processes to run in."""
        from sim.cli.running import processors

        return self.jobs or processors()

    def tell(self, summary: Mapping[str, Any], render: Callable[[Screen], str]) -> None:
        """Write the report, or the summary itself where JSON was asked for, to stdout."""
        from sim.cli.screen import screen_of_stdout, write_report

        write_report(json_bytes(summary).decode() if self.as_json else render(screen_of_stdout()))


def study_options(replications: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add what every study asks, as one `asked`; `replications` is how many it runs unless told."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def asking(**given: Any) -> Any:
            asked = Asked(**{field.name: given.pop(field.name) for field in fields(Asked)})
            return command(asked=asked, **given)

        options = worker_options(asking)
        for option in reversed(_asked_options(replications)):
            options = option(options)
        return set_option(options)

    return add


def _asked_options(replications: int) -> list[Callable[..., Any]]:
    return [
        click.option(
            "--replications",
            type=click.IntRange(2, REPLICATIONS_MAX),
            default=replications,
            show_default=True,
            metavar="N",
            help="How often to play the horizon, for each plan.",
        ),
        click.option(
            "--seed",
            type=click.IntRange(0, SEED_MAX),
            default=0,
            show_default=True,
            help="Of all chance.",
        ),
        click.option(
            "--jobs",
            type=click.IntRange(1, JOBS_MAX),
            metavar="N",
            help="Processes to run in; as many as there are processors, unless given.",
        ),
        click.option(
            "--out", type=click.Path(path_type=str), metavar="DIR", help="Write the results here."
        ),
        click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the report."),
    ]


def target_of(out: str | None, name: str) -> Path:
    """The folder of the results: what `--out` says, else one below outputs/."""
    from sim.report.outputs import folder_name

    if out == "":
        raise UsageError("--out needs the name of a folder")
    return Path(out) if out else Path("outputs") / folder_name(name)


def origin_of(document: Document, name: str, sets: tuple[str, ...] = ()) -> Origin:
    """Where a study comes from."""
    from sim.report.record import file_shown, scenario_sha256
    from sim.summary import Origin
    from sim.vendors.used import prices_as_of

    return Origin(
        name=name,
        version=package_version(),
        path=file_shown(document.file),
        sha256=scenario_sha256(document.tree),
        overrides=sets,
        prices_as_of=prices_as_of(document.tree),
    )


def json_bytes(summary: Mapping[str, Any]) -> bytes:
    """A summary as a file."""
    from sim.summary import to_text

    return to_text(summary).encode()
