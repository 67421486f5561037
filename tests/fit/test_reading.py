"""Every format says the same of the same requests; what is wrong in a row is counted, with its line."""

import gzip
import json

import pytest
from fit.logs import public

from sim.errors import UsageError
from sim.fit.formats import FORMATS
from sim.fit.log import MISSING
from sim.fit.read import Options, read_log

START, END, FIRST = "2026-05-04T10:00:00Z", "2026-05-04T10:00:03Z", "2026-05-04T10:00:01Z"
NANO = 1_777_888_800_000_000_000
"""The same start, in ns since 1970."""

OTEL_NEW = {
    "span_id": "a1",
    "start_time": START,
    "end_time": END,
    "attributes": {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "azure",
        "gen_ai.request.model": "gpt",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.cache_read.input_tokens": 40,
        "gen_ai.response.time_to_first_chunk": 1.0,
    },
}
OTEL_OLD = {
    "resourceSpans": [
        {
            "scopeSpans": [
                {
                    "spans": [
                        {
                            "spanId": "a1",
                            "startTimeUnixNano": NANO,
                            "endTimeUnixNano": NANO + 3_000_000_000,
                            "attributes": [
                                {"key": "gen_ai.system", "value": {"stringValue": "azure"}},
                                {"key": "gen_ai.request.model", "value": {"stringValue": "gpt"}},
                                {"key": "gen_ai.usage.prompt_tokens", "value": {"intValue": "100"}},
                                {
                                    "key": "gen_ai.usage.completion_tokens",
                                    "value": {"intValue": "20"},
                                },
                                {
                                    "key": "gen_ai.usage.cache_read_input_tokens",
                                    "value": {"intValue": "40"},
                                },
                                {
                                    "key": "gen_ai.server.time_to_first_token",
                                    "value": {"doubleValue": 1.0},
                                },
                            ],
                        }
                    ]
                }
            ]
        }
    ]
}
LITELLM_HEAD = "request_id,startTime,endTime,completionStartTime,model,prompt_tokens,completion_tokens,cache_read_input_tokens,status"
LANGFUSE = {
    "id": "a1",
    "type": "GENERATION",
    "start_time": START[:-1],
    "end_time": END[:-1],
    "time_to_first_token": 1.0,
    "provided_model_name": "gpt",
    "usage_details": {"input": 60, "input_cached_tokens": 40, "output": 20},
}
APIM_HEAD = (
    "TimeGenerated,TotalTime,PromptTokens,CachedTokens,CompletionTokens,DeploymentName,ResponseCode"
)
TEXTS = {
    "otel": json.dumps(OTEL_NEW),
    "otel, old names": json.dumps(OTEL_OLD),
    "litellm": f"{LITELLM_HEAD}\na1,{START},{END},{FIRST},gpt,100,20,40,success",
    "langfuse": json.dumps(LANGFUSE),
    "azure-usage": f"{APIM_HEAD}\n{START},3000,100,40,20,gpt,200",
    "csv": f"time,end,first_token,input,cached,output,endpoint,status\n{START},{END},1.0,100,40,20,gpt,200",
}
PUBLIC = {
    "azure-trace": "traces/AzureLLMInferenceTrace_code.csv.gz",
    "ragpulse": "traces/ragpulse_flat_days1-4.csv",
    "servegen": "traces/m-small_client_rates_week1.csv.gz",
}


def read(tmp_path, text, **options):
    path = tmp_path / "log.txt"
    path.write_text(text)
    return read_log((str(path),), Options(**options))


@pytest.mark.parametrize("name", TEXTS)
def test_all_formats_say_the_same_of_the_same_request(tmp_path, name):
    log = read(tmp_path, TEXTS[name] + "\n")
    assert log.reading.taken["format"] == name.split(",")[0]
    assert log.time_us.tolist() == [NANO // 1000]
    assert [int(log.columns[c][0]) for c in ("input", "cached", "output")] == [100, 40, 20]
    assert int(log.columns["duration_us"][0]) == 3_000_000
    assert int(log.columns["first_token_us"][0]) in (1_000_000, MISSING)
    assert name == "azure-usage" or log.has("first_token_us")
    assert log.endpoints == ("gpt",)


def test_every_format_is_read_by_a_test():
    read_here = {name.split(",")[0] for name in TEXTS} | set(PUBLIC) | {"litellm-json"}
    assert read_here == set(FORMATS)


def test_litellm_as_json_says_the_same_as_csv(tmp_path):
    row = dict(
        zip(LITELLM_HEAD.split(","), TEXTS["litellm"].split("\n")[1].split(","), strict=True)
    )
    log = read(tmp_path, json.dumps([row, {**row, "request_id": "a2"}]))
    assert log.columns["input"].tolist() == [100, 100]


@pytest.mark.parametrize("name", PUBLIC)
def test_public_traces_are_recognised(name):
    log = read_log((public(PUBLIC[name]),), Options())
    assert log.reading.taken["format"] == name
    assert not log.reading.refused


def test_packed_files_are_read_whatever_they_are_called(tmp_path):
    path = tmp_path / "log.csv"
    path.write_bytes(gzip.compress((TEXTS["csv"] + "\n").encode()))
    assert len(read_log((str(path),), Options())) == 1


def test_parquet_is_read_with_the_extra(tmp_path):
    arrow = pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = arrow.table({"time": [START], "input": [100], "output": [20]})
    parquet.write_table(table, tmp_path / "log.parquet")
    log = read_log((str(tmp_path / "log.parquet"),), Options())
    assert log.columns["input"].tolist() == [100]


def test_bad_rows_are_counted_by_reason_and_line(tmp_path):
    rows = [f"{START},100", "yesterday,100", f"{START},many", f"{START},-5", f"{START}", ",100"]
    log = read(tmp_path, "time,input\n" + "\n".join(rows) + "\n")
    assert log.reading.refused == {
        "time is not an instant": 1,
        "input is not a number as it must be": 2,
        "another number of fields than the first line": 1,
        "no time": 1,
    }
    assert log.reading.lines["time is not an instant"] == ["log.txt:3"]
    assert log.reading.lines["another number of fields than the first line"] == ["log.txt:6"]
    assert len(log) == 1


def test_lines_that_are_no_json_are_counted(tmp_path):
    log = read(tmp_path, json.dumps(OTEL_NEW) + "\n{broken\n[1]\n")
    assert log.reading.lines["no JSON object"] == ["log.txt:2", "log.txt:3"]


def test_spans_that_stand_twice_count_once(tmp_path):
    log = read(tmp_path, f"time,input,id\n{START},1,a\n{START},1,a\n{START},1,\n{START},1,\n")
    assert len(log) == 3
    assert any("1 rows left out" in note for note in log.reading.notes)


def test_a_skewed_clock_costs_the_duration_and_is_told(tmp_path):
    log = read(tmp_path, f"time,end,input\n{END},{START},100\n")
    assert int(log.columns["duration_us"][0]) == MISSING
    assert any("clock skew" in reason for reason in log.reading.refused)
    assert log.columns["input"].tolist() == [100]


def test_missing_token_counts_are_told_and_stay_missing(tmp_path):
    log = read(tmp_path, f"time,input\n{START},\n{START},5\n")
    assert sorted(log.columns["input"].tolist()) == [MISSING, 5]
    assert any("tell no input tokens" in note for note in log.reading.notes)


@pytest.mark.parametrize(("where", "whole"), [("inside", 100), ("outside", 140)])
def test_cached_tokens_are_inside_or_outside_and_it_is_said(tmp_path, where, whole):
    log = read(tmp_path, TEXTS["csv"] + "\n", cached=where)
    assert log.columns["input"].tolist() == [whole]
    assert f"cached tokens are {where} input tokens" in log.reading.notes


def test_instants_without_a_zone_are_on_the_clock_that_is_named(tmp_path):
    text = "time,input\n2026-05-04T12:00:00,1\n2026-05-04T12:00:00+02:00,1\n"
    log = read(tmp_path, text, timezone="Europe/Berlin")
    assert log.time_us.tolist() == [NANO // 1000] * 2


def test_columns_get_the_names_that_they_are_given(tmp_path):
    log = read(tmp_path, f"when,len\n{START},7\n", names={"time": "when", "input": "len"})
    assert log.columns["input"].tolist() == [7]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "\x00\x01\x02"])
def test_what_is_no_log_is_refused_in_one_line(tmp_path, text):
    with pytest.raises(UsageError) as told:
        read(tmp_path, text)
    assert "\n" not in str(told.value)
