"""From a wish to results: run a study, write its files, show it, and say how it came out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.cli.ending import say
from sim.cli.interrupts import felt
from sim.cli.progress import Progress
from sim.cli.screen import screen_of_stdout, write_report
from sim.cli.study_options import kept_beside
from sim.cli.versions import package_version, versions
from sim.errors import ExitCode, ResourceError

if TYPE_CHECKING:
    from sim.report.read import Summary
    from sim.report.record import Record
    from sim.scenario.document import Document
    from sim.scenario.scenario import Scenario
    from sim.study import Replication, Study
    from sim.study.kept import Kept
    from sim.study.of_scenario import ScenarioSource

REPLICATIONS_AUTO_FIRST = 20


@dataclass(frozen=True)
class Wish:
    """What shall be run: all that a result depends on, apart from versions."""

    document: Document
    file: str
    """The scenario's file, as reports may show it."""
    seed: int
    replications: int | Literal["auto"]
    engine: Literal["compiled", "reference"]
    overrides: tuple[str, ...] = ()
    drill: bool = False
    """Whether the loss of the primary vendor is tried as well."""
    mend: bool = False
    """Whether the scenario's choices are tried where a target breaks."""
    precision: float | None = None
    """With `auto`: an interval for a target's chance that is no wider is narrow enough."""
    told_inputs: tuple[Any, ...] | None = None
    """Of a replay: what the first run told of its inputs."""
    source: ScenarioSource | None = None
    """Where replications come from, if the document does not say it all: such a run cannot be replayed."""


@dataclass(frozen=True)
class Telling:
    """How the result shall be told."""

    as_json: bool = False
    check: bool = False
    quiet: bool = False
    form: Literal["terminal", "markdown"] = "terminal"


@dataclass(frozen=True)
class Working:
    """Where replications run."""

    jobs: int | None = None
    """Local processes; None takes as many as there are processors."""
    scheduler: str | None = None
    """The address of a Dask cluster, in place of them."""
    resume: bool = False
    """Whether to go on from what a killed run had finished."""


def perform(wish: Wish, target: Path | None, working: Working, telling: Telling) -> int:
    """Run a study and tell of it; its exit code.

    Args:
        wish: what to run.
        target: the folder of the results; None writes nothing.
        working: where it runs.
        telling: what to print.
    """
    from sim.report.outputs import open_outputs

    names: list[str] = []
    if target is None:
        summary = run_to_summary(wish, working, quiet=telling.quiet)
    else:
        with open_outputs(target) as outputs, kept_beside(target, resume=working.resume) as kept:
            summary = run_to_summary(wish, working, kept, quiet=telling.quiet)
            names = list(_write(outputs, summary, wish))
    tell(report_text(summary, wish, telling, target, names), telling)
    return exit_code(summary, telling)


def run_to_summary(
    wish: Wish, working: Working, kept: Kept | None = None, *, quiet: bool = False
) -> Summary:
    """Run a study; the dict of `summary.json`."""
    from sim.study import run
    from sim.study.of_scenario import ScenarioSource
    from sim.study.remedy import ways_of
    from sim.study.size import size_of
    from sim.summary import summarise

    source = wish.source or ScenarioSource(wish.document, wish.told_inputs)
    scenario = source.scenario
    ways_of(wish.document, scenario)
    progress = Progress(quiet=quiet)
    jobs = working.jobs or processors()
    _foretell(progress, wish, size_of(scenario).seconds / jobs)
    study = run(
        source,
        seed=wish.seed,
        replications=wish.replications,
        engine=wish.engine,
        jobs=jobs,
        heard=_teller(progress, wish),
        scheduler=working.scheduler,
        kept=kept,
        precision=wish.precision,
    )
    found = None
    if wish.mend and study.complete:
        study = _remedied(study, source, wish, jobs, working.scheduler)
    if wish.drill and study.complete:
        study, found = _tried(study, source, wish, jobs, working.scheduler)
    if not study.complete:
        felt()
    progress.clear()
    return summarise(study, _origin(wish, scenario), source=source, drill=found)


def _remedied(
    study: Study, source: ScenarioSource, wish: Wish, jobs: int, scheduler: str | None
) -> Study:
    """The study with its choices tried; partial if that was interrupted."""
    from sim.study import run
    from sim.study.remedy import remedies_of

    def again(changed: ScenarioSource, replications: int) -> Study:
        return run(
            changed,
            seed=wish.seed,
            replications=replications,
            engine=wish.engine,
            jobs=jobs,
            scheduler=scheduler,
        )

    found = remedies_of(study, source, again)
    return (
        replace(study, stopped="interrupted") if found is None else replace(study, remedies=found)
    )


def _tried(
    study: Study, source: ScenarioSource, wish: Wish, jobs: int, scheduler: str | None
) -> tuple[Study, dict[str, Any] | None]:
    """The study, partial if the drill was interrupted, and what the drill showed."""
    from sim.study import run
    from sim.study.drill import REPLICATIONS_MAX, drill_of
    from sim.summary.drill import drill_summary

    drill = drill_of(study, source)
    if drill is None:
        return study, None
    tried = run(
        drill.source,
        seed=wish.seed,
        replications=min(REPLICATIONS_MAX, len(study.replications)),
        engine=wish.engine,
        jobs=jobs,
        scheduler=scheduler,
    )
    if not tried.complete:
        return replace(study, stopped="interrupted"), None
    return study, drill_summary(study, drill, tried)


def _foretell(progress: Progress, wish: Wish, replication_seconds: float) -> None:
    """Before a long run, say how long it will take; the first replication gives a better figure."""
    from sim.study.ready import is_ready

    if wish.engine == "compiled" and not is_ready():
        progress.note("compiling the engine, once on this machine: about half a minute")
    count = REPLICATIONS_AUTO_FIRST if wish.replications == "auto" else wish.replications
    progress.foretell(replication_seconds * count)


def _teller(progress: Progress, wish: Wish) -> Any:
    done = 0

    def heard(_replication: Replication) -> None:
        # With something to tell, get ready to: an interrupted run has nothing left to do but to write.
        from sim.report import results  # noqa: F401

        nonlocal done
        done += 1
        total = REPLICATIONS_AUTO_FIRST if wish.replications == "auto" else wish.replications
        progress.replications(done, max(done, total))

    progress.replications(0, 1 if wish.replications == "auto" else wish.replications)
    return heard


def _origin(wish: Wish, scenario: Scenario) -> Any:
    from sim.report.record import scenario_sha256
    from sim.summary import Origin
    from sim.vendors.used import prices_as_of

    return Origin(
        name=scenario.name,
        version=package_version(),
        path=wish.file,
        sha256=scenario_sha256(wish.document.tree),
        overrides=wish.overrides,
        prices_as_of=prices_as_of(wish.document.tree),
        phases=tuple((phase.name, phase.start) for phase in scenario.phases),
        replications_asked=str(wish.replications),
    )


def _record(summary: Summary, wish: Wish) -> Record:
    from sim.report.record import Record

    return Record(
        file=wish.file,
        scenario=wish.document.tree,
        overrides=wish.overrides,
        seed=wish.seed,
        replications=wish.replications,
        engine=wish.engine,
        versions=versions(),
        complete=bool(summary["engine"]["complete"]),
        inputs=tuple(summary["assumptions"]),
        drill=wish.drill,
        mend=wish.mend,
        precision=wish.precision,
    )


def _write(outputs: Any, summary: Summary, wish: Wish) -> list[str]:
    from sim.report.results import files_of

    files = files_of(summary, _record(summary, wish))
    if wish.source is not None:
        del files["run.json"]
    outputs.write(files)
    return list(dict.fromkeys(f"{name.split('/')[0]}/" if "/" in name else name for name in files))


def tell(text: str, telling: Telling) -> None:
    """Write the report to stdout; markdown also to the page that a GitHub job shows, where there is one."""
    write_report(text)
    page = os.environ.get("GITHUB_STEP_SUMMARY")
    if page and telling.form == "markdown" and not telling.as_json:
        try:
            with Path(page).open("a", encoding="utf-8") as file:
                file.write(text)
        except OSError as fault:
            reason = fault.strerror or type(fault).__name__
            raise ResourceError(f"cannot append to $GITHUB_STEP_SUMMARY: {reason}") from fault


def report_text(
    summary: Summary,
    wish: Wish,
    telling: Telling,
    target: Path | None = None,
    names: Sequence[str] = (),
) -> str:
    """Return what stdout shall hold."""
    from sim.report.terminal import render, verdict_line
    from sim.summary import to_text

    if telling.as_json:
        return to_text(summary)
    if telling.form == "markdown":
        from sim.report.markdown import render as render_markdown

        return render_markdown(summary)
    screen = screen_of_stdout()
    if telling.quiet:
        return verdict_line(summary, screen)
    wrote = [f"{target}/", *names] if names else []
    return render(summary, screen, wrote=wrote, following=_following(summary, wish))


def _following(summary: Summary, wish: Wish) -> str:
    """The command that a reader would most likely want next."""
    runs = int(summary["engine"]["replications"])
    if summary["verdict"]["status"] == "missed" and wish.document.tree.get("choices"):
        if not wish.mend:
            return f"simulate {wish.file} --mend   (which of its choices would mend that, for how much?)"
    if summary["verdict"]["status"] == "close" or runs < REPLICATIONS_AUTO_FIRST:
        return f"simulate {wish.file} --replications {max(100, 4 * runs)}"
    return f"simulate {wish.file} --set path=value   (what would change the answer?)"


def exit_code(summary: Summary, telling: Telling) -> int:
    """Return what a script reads."""
    if not summary["engine"]["complete"]:
        say(
            f"interrupted; {summary['engine']['replications']} replications are kept, marked partial"
        )
        return ExitCode.INTERRUPTED
    missed = telling.check and summary["verdict"]["status"] == "missed"
    return ExitCode.TARGET_MISSED if missed else ExitCode.DONE


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
