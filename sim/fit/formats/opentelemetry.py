"""OpenTelemetry GenAI spans as JSON lines: flat ones of an exporter, or OTLP's nested ones.

Old and new attribute names are both read. Cached tokens are inside input tokens (semantic conventions
for generative AI, status Development, 2026). Messages are never looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.fit.formats.format import Format


def spans(record: Any) -> Iterator[dict[str, Any]]:
    """Yield the spans of a line as flat maps: of attributes only those about a model's call."""
    if "resourceSpans" in record:
        for resource in record["resourceSpans"]:
            for scope in resource.get("scopeSpans", []):
                yield from (_flat(span) for span in scope.get("spans", []))
    else:
        yield _flat(record)


def _flat(span: dict[str, Any]) -> dict[str, Any]:
    attributes = span.get("attributes", {})
    if isinstance(attributes, list):
        attributes = {one.get("key"): _value(one.get("value")) for one in attributes}
    context = span.get("context")
    ids = context if isinstance(context, dict) else {}
    status = span.get("status")
    code = status.get("code", status.get("status_code")) if isinstance(status, dict) else status
    failed = str(code) in ("2", "ERROR", "STATUS_CODE_ERROR", "StatusCode.ERROR")
    return {
        "id": span.get("spanId", span.get("span_id", ids.get("span_id"))),
        "start": span.get("startTimeUnixNano", span.get("start_time", span.get("startTime"))),
        "end": span.get("endTimeUnixNano", span.get("end_time", span.get("endTime"))),
        "failed": "error" if failed else None,
        **attributes,
    }


def _value(value: Any) -> Any:
    return next(iter(value.values()), None) if isinstance(value, dict) else value


def _is_call(span: dict[str, Any]) -> bool:
    operation = span.get("gen_ai.operation.name")
    known = any(name in span for name in ("gen_ai.request.model", "gen_ai.system"))
    known = known or "gen_ai.provider.name" in span
    return known and operation in (None, "chat", "text_completion", "generate_content")


FORMAT = Format(
    name="otel",
    about="OpenTelemetry GenAI spans, JSON lines (flat or OTLP; old and new names)",
    fields={
        "time": ("start",),
        "end": ("end",),
        "first_token": (
            "gen_ai.response.time_to_first_chunk",
            "gen_ai.server.time_to_first_token",
        ),
        "input": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
        "output": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
        "cached": (
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_read_input_tokens",
        ),
        "endpoint": ("gen_ai.request.model", "gen_ai.response.model"),
        "status": ("http.response.status_code", "http.status_code"),
        "error": ("error.type", "failed"),
        "session": ("gen_ai.conversation.id", "session.id"),
        "client": ("user.id", "enduser.id"),
        "id": ("id",),
    },
    needs=("gen_ai.",),
    kind="json",
    keeps=_is_call,
    unpacks=spans,
)
