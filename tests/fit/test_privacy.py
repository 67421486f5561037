"""What a log holds beside numbers comes out nowhere: for every format, and for every verb that reads logs."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from sim.fit.backtest import backtest
from sim.fit.calibrate import calibrate
from sim.fit.formats import FORMATS
from sim.fit.read import Options, read_log
from sim.fit.trace import place
from sim.report.backtest_text import to_csv, to_markdown
from sim.report.fit_page import fit_page
from sim.scenario.document import document_from_text

KEY, MAIL, PROMPT, WARD = "sk-live-4242", "ann.example@example.org", "my knee hurts", "ward-7"
SECRETS = (KEY, MAIL, PROMPT, WARD)
N = 900
MONDAY = datetime(2026, 5, 4, tzinfo=UTC)
TEXTS = {
    "prompt": PROMPT,
    "messages": PROMPT,
    "response": PROMPT,
    "authorization": KEY,
    "note": MAIL,
}
PLAN = """
schema: genai-rollout/v1
name: private
horizon: {start: 2027-06-28, length: 7d}
workloads: {ask: {arrivals: {per_day: 10}, pipeline: main}}
pipelines: {main: [{stage: answer, call: chat}]}
routes: {chat: {order: [gpt]}}
endpoints: {gpt: {price: {input: 1, output: 2}, latency: {total: 1s}, client: {retries: 0}}}
"""


def request(number):
    """By field of ours, what one request has."""
    at = MONDAY + timedelta(minutes=10 * number)
    return {
        "time": at.isoformat(),
        "end": (at + timedelta(seconds=2)).isoformat(),
        "first_token_at": (at + timedelta(seconds=1)).isoformat(),
        "first_token": 1,
        "duration": 2,
        "input": 10 + number % 7,
        "cached": 3,
        "output": 5 + number % 11,
        "status": 200,
        "error": "",
        "session": f"{WARD}-{number}",
        "client": MAIL,
        "endpoint": "gpt",
        "id": f"{KEY}-{number}",
        "count": 1,
        "rate": 0.01,
    }


def log_of(tmp_path, name):
    """A log of a format, with texts that nobody may see again, and with rows that are broken."""
    form = FORMATS[name]
    records = []
    for number in range(N):
        values = request(number)
        if number == 5:
            values["input"] = values["time"] = f"{PROMPT} {KEY}"
        records.append({form.fields[ours][0]: values[ours] for ours in form.fields} | TEXTS)
    if form.kind == "json":
        if form.unpacks is not None:
            common = {"gen_ai.system": "x"}
            tops = ("start", "end", "id")
            records = [
                {
                    "start_time": one["start"],
                    "end_time": one["end"],
                    "span_id": one["id"],
                    "attributes": {k: v for k, v in one.items() if k not in tops} | common,
                }
                for one in records
            ]
        else:
            records = [{"type": "GENERATION", **one} for one in records]
        lines = [*map(json.dumps, records), f"{{{PROMPT} {KEY}"]
    else:
        heads = list(records[0])
        lines = [",".join(heads), *(",".join(str(one[head]) for head in heads) for one in records)]
        lines.append(f"{PROMPT},{KEY},{MAIL}")
    path = tmp_path / "log.txt"
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def told_nothing(*texts):
    assert all(texts)
    for secret in SECRETS:
        assert not any(secret in text for text in texts)


@pytest.mark.parametrize("name", FORMATS)
def test_calibrate_tells_no_secret_of_any_format(tmp_path, name):
    found = calibrate((log_of(tmp_path, name),), Options(form=name), "ask", {})
    page = fit_page("Fitted to logs", found.sentences, found.findings, found.block)
    told_nothing(found.text(), found.block, page)
    assert any("left out" in said for said in found.sentences)


def test_backtest_and_trace_tell_no_secret(tmp_path):
    file = log_of(tmp_path, "csv")
    log = read_log((file,), Options())
    document = document_from_text(PLAN)
    test = backtest(document, log, (file,), "ask", {}, share=0.7, replications=10, seed=1, jobs=1)
    told_nothing(to_markdown(test), to_csv(test), test.calibration.block)
    placed = place(document, log, None, 1.0, 1.0)
    told_nothing(*placed.notes, *log.reading.sentences(), str(placed.source.inputs()))
    assert KEY not in str(placed.source.trace)
