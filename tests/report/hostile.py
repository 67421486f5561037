"""Names that a careless face would run, follow, or break on."""

from typing import Any

from report import fake

NAMES = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.com","x")',
    "@cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "\"quoted\", 'twice'",
    "🙂 emoji | pipe",
    "שלום עולם",
    "x" * 10_000,
    "line\nbreak\tand\x07bell",
)


def summary(name: str) -> dict[str, Any]:
    """A summary in which everything that a planner names has this name."""
    raw = fake.summary()
    raw["scenario"].update(name=name, path=name)
    raw["scenario"]["phases"][0]["name"] = name
    raw["verdict"]["sentence"] = f"1 of 4 targets missed: {name}."
    raw["targets"][0].update(name=name, owner=name)
    raw["spend"]["items"][0].update(id=name, name=name)
    for month in raw["monthly"]:
        month["items"][0]["id"] = name
        month["latency_p95_s"] = {name: fake.spread(5, 6, 7)}
        month["availability"] = {name: fake.spread(0.99, 0.995, 0.999)}
    texts = dict.fromkeys(("path", "value", "unit", "set_by"), name)
    nulls = dict.fromkeys(("source", "date", "owner", "replaces", "range"))
    raw["assumptions"] = [{**texts, **nulls}]
    return raw
