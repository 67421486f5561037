"""What each vendor's requests and answers look like: no more of them than its SDK reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """Requests and answers of one vendor."""

    asked: Callable[[dict], tuple[str, int]]
    """The prompt, and the most tokens of the answer."""
    answers: dict[int, dict]
    """By status."""
    headers: dict[int, list[str]]
    """By status."""


def _chat(body: dict) -> tuple[str, int]:
    return "".join(each["content"] for each in body["messages"]), body["max_tokens"]


def _google(body: dict) -> tuple[str, int]:
    prompt = "".join(part["text"] for each in body["contents"] for part in each["parts"])
    return prompt, body["generationConfig"]["maxOutputTokens"]


def _bedrock(body: dict) -> tuple[str, int]:
    return body["prompt"], body["max_tokens"]


PLAIN: dict[int, list[str]] = {200: [], 429: [], 503: []}
SHAPES = {
    "openai": Shape(
        _chat,
        {
            200: {
                "id": "1",
                "object": "chat.completion",
                "created": 1,
                "model": "m",
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": "stop",
                        "message": {"role": "assistant", "content": "yes"},
                    }
                ],
                "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
            },
            429: {"error": {"message": "slow down", "code": "rate_limit_exceeded"}},
            503: {"error": {"message": "overloaded", "code": "server_error"}},
        },
        PLAIN,
    ),
    "anthropic": Shape(
        _chat,
        {
            200: {
                "id": "1",
                "type": "message",
                "role": "assistant",
                "model": "m",
                "stop_reason": "end_turn",
                "stop_sequence": None,
                "content": [{"type": "text", "text": "yes"}],
                "usage": {"input_tokens": 100, "output_tokens": 10},
            },
            429: {"type": "error", "error": {"type": "rate_limit_error", "message": "slow down"}},
            503: {"type": "error", "error": {"type": "api_error", "message": "overloaded"}},
        },
        PLAIN,
    ),
    "google-genai": Shape(
        _google,
        {
            200: {
                "candidates": [
                    {
                        "content": {"role": "model", "parts": [{"text": "yes"}]},
                        "finishReason": "STOP",
                    }
                ],
                "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 10},
            },
            429: {"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}},
            503: {"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}},
        },
        PLAIN,
    ),
    "botocore": Shape(
        _bedrock,
        {200: {"text": "yes"}, 429: {"message": "slow down"}, 503: {"message": "overloaded"}},
        {
            200: [],
            429: ["x-amzn-errortype: ThrottlingException"],
            503: ["x-amzn-errortype: ServiceUnavailableException"],
        },
    ),
}
