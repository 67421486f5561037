"""What the verbs that read logs ask about them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from sim.errors import UsageError

if TYPE_CHECKING:
    from sim.fit.read import Options


def log_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add how a log is to be read, checked, as one `options`."""

    @wraps(command)
    def reading(**given: Any) -> Any:
        asked = {name: given.pop(name) for name in ("log_form", "names", "timezone", "starts")}
        return command(options=options_of(**asked, cached=given.pop("cached")), **given)

    for option in reversed(
        [
            click.option(
                "--log-format",
                "log_form",
                metavar="NAME",
                help="The log's format; recognised else.",
            ),
            click.option(
                "--map",
                "names",
                multiple=True,
                metavar="OURS=THEIRS",
                help="Name a field, as input=prompt_len; ours: time, end, duration, input, …",
            ),
            click.option(
                "--timezone",
                default="UTC",
                show_default=True,
                metavar="ZONE",
                help="The clock of instants without a zone, and of hours and weekdays.",
            ),
            click.option(
                "--starts", metavar="TIME", help="When a log that counts from zero begins."
            ),
            click.option(
                "--cached",
                type=click.Choice(["inside", "outside"]),
                help="Whether input tokens hold the cached ones; the format's own habit else.",
            ),
        ]
    ):
        reading = option(reading)
    return reading


def options_of(
    log_form: str | None,
    names: tuple[str, ...],
    timezone: str,
    starts: str | None,
    cached: str | None,
) -> Options:
    """Check the options; UsageError says what is wrong."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from sim.fit.clock import instant_us
    from sim.fit.formats import FORMATS
    from sim.fit.read import ZERO, Options

    if log_form is not None and log_form not in FORMATS:
        raise UsageError(f"--log-format {log_form}: there are {', '.join(FORMATS)}")
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(
            f"--timezone {timezone[:60]}: no such zone; write one as Europe/Berlin"
        ) from error
    try:
        instant_us(starts or ZERO, zone, 0)
    except ValueError as error:
        raise UsageError(f"--starts {starts!r}: write a local time, as 2026-05-04T12:00") from error
    return Options(log_form, timezone, starts or ZERO, pairs("--map", names), cached)


def pairs(option: str, texts: tuple[str, ...]) -> dict[str, str]:
    """Read `a=b` texts."""
    found = {}
    for text in texts:
        left, sign, right = text.partition("=")
        if not sign or not left or not right:
            raise UsageError(f"{option} {text}: write it as NAME=NAME")
        found[left] = right
    return found
