"""Langfuse's export of observations; instants are UTC without a zone; `input` and `output` are never looked at.

`usage_details.input` leaves cached tokens out: they are added to it.
"""

from __future__ import annotations

from typing import Any

from sim.fit.formats.format import Format


def _is_generation(record: dict[str, Any]) -> bool:
    return bool(record.get("type", "GENERATION") == "GENERATION")


FORMAT = Format(
    name="langfuse",
    about="Langfuse export of observations, JSON lines or an array",
    fields={
        "time": ("start_time", "startTime"),
        "end": ("end_time", "endTime"),
        "first_token": ("time_to_first_token",),
        "first_token_at": ("completion_start_time", "completionStartTime"),
        "input": ("usage_details.input", "usageDetails.input"),
        "cached": ("usage_details.input_cached_tokens", "usageDetails.input_cached_tokens"),
        "output": ("usage_details.output", "usageDetails.output"),
        "endpoint": ("provided_model_name", "providedModelName", "model"),
        "error": ("level",),
        "session": ("session_id", "sessionId"),
        "client": ("user_id", "userId"),
        "id": ("id",),
    },
    needs=("usage", "type"),
    kind="json",
    cached_inside=False,
    keeps=_is_generation,
)
