"""LiteLLM's spend logs, exported as CSV; `messages` and `response` are never looked at."""

from sim.fit.formats.format import Format

FIELDS = {
    "time": ("startTime",),
    "end": ("endTime",),
    "first_token_at": ("completionStartTime",),
    "input": ("prompt_tokens",),
    "output": ("completion_tokens",),
    "cached": ("cache_read_input_tokens",),
    "endpoint": ("model_group", "model"),
    "error": ("error_code",),
    "status": ("status",),
    "session": ("session_id",),
    "client": ("end_user", "user"),
    "id": ("request_id",),
}
FORMAT = Format(
    name="litellm",
    about="LiteLLM spend logs, CSV",
    fields=FIELDS,
    needs=("startTime", "prompt_tokens"),
)
JSON_FORMAT = Format(
    name="litellm-json",
    about="LiteLLM spend logs, JSON lines or an array",
    fields=FIELDS,
    needs=("startTime", "prompt_tokens"),
    kind="json",
)
