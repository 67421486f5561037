"""`simulate init`: a commented scenario to begin with. It never overwrites."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.ending import say
from sim.errors import ResourceError, UsageError
from sim.scenario.templates import TEMPLATES, text_of

DEFAULT = "help_desk"
SUFFIXES = (".yaml", ".yml")
EPILOG = "\b\nTemplates:\n" + "\n".join(f"  {name:<12} {what}" for name, what in TEMPLATES.items())
EPILOG += """

\b
Examples:
  simulate init                        help_desk.yaml, here
  simulate init rollout                rollout.yaml, here
  simulate init rollout plans/q3.yaml
"""


@click.command(short_help="Write a commented scenario from a template.", epilog=EPILOG)
@click.argument("template", required=False)
@click.argument("file", required=False, type=click.Path(path_type=str))
def command(template: str | None, file: str | None) -> None:
    """Write a commented scenario from a template; an existing file is left alone."""
    if template and not file and template.lower().endswith(SUFFIXES):
        template, file = None, template
    name = template or DEFAULT
    if name not in TEMPLATES:
        raise UsageError(f"there is no template {name[:60]!r}; there are {', '.join(TEMPLATES)}")
    path = Path(file or f"{name}.yaml")
    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(text_of(name))
    except FileExistsError as fault:
        raise UsageError(f"{path} is there already; give another file") from fault
    except (FileNotFoundError, NotADirectoryError) as fault:
        raise UsageError(f"there is no folder {path.parent}") from fault
    except (OSError, ValueError) as fault:
        raise ResourceError(f"cannot write {str(path)[:100]!r}: {fault}") from fault
    say(f"wrote {path}; next: simulate {path}")
