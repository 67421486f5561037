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
    rename_in_bill(raw, name)
    for month in raw["monthly"]:
        month["items"][0]["id"] = name
        month["latency_p95_s"] = {name: fake.spread(5, 6, 7)}
        month["availability"] = {name: fake.spread(0.99, 0.995, 0.999)}
    texts = dict.fromkeys(("path", "value", "unit", "set_by"), name)
    nulls = dict.fromkeys(("source", "date", "owner", "replaces", "range"))
    raw["assumptions"] = [{**texts, **nulls}]
    return raw


def rename_in_bill(raw: dict[str, Any], name: str) -> None:
    subject = raw["bill"]["subjects"][0]
    old = subject["name"]
    subject.update(dict.fromkeys(("name", "provider", "service", "model", "region", "owner"), name))
    lines = [line for month in raw["bill"]["months"] for line in month["lines"]]
    for line in (*lines, *raw["bill"]["horizon"], *raw["chargeback"]["shares"]):
        if line["subject"] == old:
            line.update(subject=name)
        if "unit" in line:
            line.update(unit=name)
    for row in (*raw["chargeback"]["shares"], *raw["chargeback"]["rows"]):
        row.update(workload=name)
    raw["chargeback"]["rows"][0].update(population=name)
