"""The formats of logs, one file each; a row in `FORMATS` adds one. The first that recognises a file reads it."""

from sim.fit.formats import (
    azure_trace,
    azure_usage,
    langfuse,
    litellm,
    opentelemetry,
    plain_csv,
    ragpulse,
    servegen,
)
from sim.fit.formats.format import Format

FORMATS: dict[str, Format] = {
    form.name: form
    for form in (
        azure_trace.FORMAT,
        ragpulse.FORMAT,
        servegen.FORMAT,
        litellm.FORMAT,
        litellm.JSON_FORMAT,
        azure_usage.FORMAT,
        opentelemetry.FORMAT,
        langfuse.FORMAT,
        plain_csv.FORMAT,
    )
}
"""Every format of logs, by the name that `--log-format` takes."""
