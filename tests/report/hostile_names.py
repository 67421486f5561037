"""The made-up summary with names that would harm whoever trusts them."""

from typing import Any

from report import fake

NAMES = (
    "<script>window.harmed = 1</script>",
    '"><img src=x onerror="window.harmed = 1">',
    '=HYPERLINK("http://example.invalid","pay")',
    "@cmd|' /C calc'!A0",
    "it's \"quoted\" & 'more'",
    "🚀 launch 👩‍👩‍👧",
    "\u202eשלום עולם العربية",
    "W" * 10_000,
    "</title></style></script>{{ 7 * 7 }}{% raw %}",
    "javascript:window.harmed=1",
)
KEYS = (
    *(
        "name",
        "owner",
        "workload",
        "population",
        "station",
        "stage",
        "endpoint",
        "provider",
        "region",
    ),
    *(
        "target",
        "node",
        "source",
        "path",
        "set_by",
        "why",
        "key",
        "sentence",
        "model",
        "subject",
        "service",
        "moves_most",
    ),
)
"""What a planner's words reach."""


def summary() -> dict[str, Any]:
    """Every name is one of `NAMES`, in turn; equal names stay equal."""
    given: dict[str, str] = {}

    def renamed(text: str) -> str:
        place = given.setdefault(text, str(len(given)))
        return NAMES[int(place) % len(NAMES)] + (place if int(place) >= len(NAMES) else "")

    def walk(raw: Any, key: str = "") -> Any:
        if isinstance(raw, dict):
            by_workload = key in ("workloads", "latency_p95_s", "availability", "latency_mean_s")
            names = {k: renamed(k) if by_workload and k == "ask_claim" else k for k in raw}
            return {names[k]: walk(v, k) for k, v in raw.items()}
        if isinstance(raw, list):
            return [walk(item, key) for item in raw]
        return renamed(raw) if isinstance(raw, str) and key in KEYS else raw

    plain = fake.summary()
    found: dict[str, Any] = walk(plain)
    for key in ("headlines", "drivers"):
        for raw, true in zip(found[key], plain[key], strict=True):
            raw["name"] = true["name"]  # These are this program's own words.
    return found
