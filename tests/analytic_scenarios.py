"""Models with known answers, as a planner would write them: one text a case, by its usual name.

Parameters are examples; the laws hold for others. Time is in seconds unless the model is about hours.
"""

from __future__ import annotations

HEAD = """
schema: genai-rollout/v1
name: {name}
horizon: {{start: 2027-03-01, length: {length}}}
"""


def queue(rate: str, station: str, workload: str = "", gaps: str = "") -> str:
    """One workload that visits one station."""
    return f"""
workloads: {{ask: {{arrivals: {{{rate}{gaps}}}, pipeline: main{workload}}}}}
pipelines: {{main: [{{station: desk}}]}}
stations: {{desk: {{{station}}}}}
"""


def calls(rate: str, endpoint: str, workload: str = "") -> str:
    """One workload that calls one endpoint."""
    return f"""
workloads: {{ask: {{arrivals: {{{rate}}}, pipeline: main{workload}}}}}
pipelines: {{main: [{{call: vendor}}]}}
endpoints: {{vendor: {{{endpoint}}}}}
"""


EXP_S = "{law: exponential, mean: 1s}"
EXP = f"service: {EXP_S}"
BUCKET = (
    "limits: [{limit: token_bucket, counts: requests, when_full: WHEN, per_minute: 600, cap: CAP}]"
)
RETRIAL = (
    "queue_limit: 0, client: {retries: unlimited, retries_on: [full], "
    "backoff: {first: 2s, times: 1, at_most: 2s, factor: {law: exponential, mean: 1}}}"
)
STORM_RAMP = ", ".join(
    f"{{from: {120 * n}s, rate: {rate}/s}}"
    for n, rate in enumerate([*range(10, 116, 5), *range(110, 9, -5)])
)


def bucket(when: str, cap: int) -> str:
    return BUCKET.replace("WHEN", when).replace("CAP", str(cap)) + ", latency: {total: 1us}"


def storm(retries: int, more: str = "") -> str:
    """A retry storm: ten servers, a bounded queue, callers that give up and try again."""
    client = (
        f"client: {{retries: {retries}, retries_on: [timeout, full], "
        f"backoff: {{first: 100ms, times: 2, at_most: 1h, jitter: full}}{more}}}"
    )
    station = (
        "servers: 10, service: {law: exponential, mean: 100ms}, queue_limit: 200, timeout: 1s, "
        f"abandoned: keeps_place, {client}"
    )
    return queue(f"steps: [{STORM_RAMP}]", station)


def broken(gaps: str, share: str, breaker: str) -> str:
    """A vendor that fails by luck, behind a route's breaker."""
    return f"""
workloads: {{ask: {{arrivals: {{{gaps}}}, pipeline: main}}}}
pipelines: {{main: [{{call: vendor}}]}}
routes: {{vendor: {{order: [only], breaker: {{{breaker}}}}}}}
endpoints: {{only: {{latency: {{total: 1us}}, errors: {{share: {share}, after: 1us}}}}}}
"""


def redundant(names: str, up_for: str, lasts: str) -> str:
    """Incidents that hit some endpoints, each by its own luck."""
    return (
        f"incidents: [{{endpoints: [{names}], independent: true, what: outage, "
        f"up_for: {{law: exponential, mean: {up_for}}}, lasts: {{law: exponential, mean: {lasts}}}}}]"
    )


def failover(gap: str, opens_after: int, stays_open: str, up_for: str, lasts: str) -> str:
    """Two vendors that fail; the second is used once checks of the first have failed for so long, and until one passes.

    Errors do not go on to the next endpoint, an open breaker does. A check comes 1 ms before each request and is
    the probe, so that no request is lost to find out.
    """
    return f"""
workloads: {{ask: {{arrivals: {{rate: {gap}, gaps: 1}}, pipeline: main}}}}
pipelines: {{main: [{{call: vendor, optional: true}}, {{delay: 1ms}}, {{call: vendor}}]}}
routes:
  vendor:
    order: [first, second]
    next_on: []
    breaker: {{opens_after: {opens_after}, stays_open: {stays_open}, counts: [5xx], when_all_open: tries_last}}
endpoints:
  first: {{latency: {{total: 1us}}, errors: {{share: 0, after: 1us}}}}
  second: {{latency: {{total: 1us}}, errors: {{share: 0, after: 1us}}}}
{redundant("first, second", up_for, lasts)}
"""


def overflow(first: int, second: int) -> str:
    """Two vendors with so many places each; who finds the first full tries the second at once."""
    endpoint = f"{{latency: {{total: {EXP_S}}}, refusal_after: 1us, limits: [{{limit: concurrency, allows: PLACES}}]}}"
    return f"""
workloads: {{ask: {{arrivals: {{rate: 10/s}}, pipeline: main}}}}
pipelines: {{main: [{{call: vendor}}]}}
routes: {{vendor: {{order: [first, second], next_on: [429]}}}}
endpoints:
  first: {endpoint.replace("PLACES", str(first))}
  second: {endpoint.replace("PLACES", str(second))}
"""


CASES: dict[str, str] = {
    "Q01": queue("rate: 0.8/s", f"servers: 1, {EXP}"),
    "Q02": queue("rate: 0.95/s", f"servers: 1, {EXP}"),
    "Q03": queue("rate: 8/s", f"servers: 10, {EXP}"),
    "Q04": queue("rate: 90/s", f"servers: 100, {EXP}"),
    "Q05": queue("rate: 8/s", f"servers: 10, queue_limit: 0, {EXP}"),
    "Q06": queue("rate: 90/s", "servers: 100, queue_limit: 0, service: {mean: 1s, cv: 1.5}"),
    "Q07": queue(
        "rate: 3/s", "servers: 2, queue_limit: 1, service: {law: exponential, mean: 250ms}"
    ),
    "Q08": queue("rate: 10/s", f"servers: 10, {EXP}, patience: {{law: exponential, mean: 2s}}"),
    "Q09": queue("rate: 10/s", f"servers: 10, {EXP}, patience: 500ms"),
    "Q10": queue("rate: 0.9/s", f"servers: 1, {EXP}, patience: 3s"),
    "Q11": queue("rate: 0.8/s", f"servers: 1, {EXP}, timeout: 10s, abandoned: keeps_place"),
    "Q12": queue("rate: 0.8/s", "servers: 1, service: 1s"),
    "Q13": queue("rate: 0.8/s", "servers: 1, service: {law: erlang, mean: 1s, shape: 2}"),
    "Q14": queue("rate: 0.8/s", "servers: 1, service: {law: hyperexponential, mean: 1s, cv: 2}"),
    "Q15": queue("rate: 0.8/s", "servers: 1, service: {mean: 1s, cv: 1.5}"),
    "Q16": queue("rate: 8/s", "servers: 10, service: 1s"),
    "Q17": queue("rate: 0.8/s", f"servers: 1, {EXP}", gaps=", gaps: 1"),
    # Round robin gives each of four replicas each fourth arrival.
    "Q18": queue(
        "rate: 0.8/s", f"servers: 1, {EXP}", gaps=", gaps: {law: erlang, mean: 1, shape: 4}"
    ),
    "Q19": queue(
        "rate: 0.8/s", f"servers: 1, {EXP}", gaps=", gaps: {law: hyperexponential, mean: 1, cv: 2}"
    ),
    "Q20": queue("rate: 8/s", f"servers: 10, {EXP}", gaps=", gaps: 1"),
    "Q22": f"""
workloads:
  urgent: {{arrivals: {{rate: 0.2/s}}, pipeline: main, priority: high}}
  other: {{arrivals: {{rate: 0.6/s}}, pipeline: main, priority: low}}
pipelines: {{main: [{{station: desk}}]}}
stations: {{desk: {{servers: 1, {EXP}}}}}
""",
    "Q27": queue("rate: 0.8/s", f"servers: 1, {EXP}"),
    "Q28": queue(
        "closed: {users: 20}",
        f"servers: 1, {EXP}",
        workload=", think_time: {law: exponential, mean: 10s}",
    ),
    "N01": """
workloads: {ask: {arrivals: {rate: 0.7/s}, pipeline: main}}
pipelines: {main: [{station: a}, {station: b}, {station: c}]}
stations:
  a: {servers: 1, service: {law: exponential, mean: 1s}}
  b: {servers: 1, service: {law: exponential, mean: 800ms}}
  c: {servers: 1, service: {law: exponential, mean: 500ms}}
""",
    "N02": f"""
workloads: {{ask: {{arrivals: {{rate: 0.6/s}}, pipeline: main}}}}
pipelines: {{main: [{{repeat: {{stages: [{{station: desk}}], again: 20%}}}}]}}
stations: {{desk: {{servers: 1, {EXP}}}}}
""",
    "N03": """
workloads: {ask: {arrivals: {rate: 8/s}, pipeline: main}}
pipelines:
  main:
    - {station: embed}
    - {station: retrieve}
    - {station: llm}
    - {station: review, probability: 10%}
stations:
  embed: {servers: 2, service: {law: exponential, mean: 100ms}}
  retrieve: {servers: 4, service: {law: exponential, mean: 250ms}}
  llm: {servers: 20, service: {law: exponential, mean: 2s}}
  review: {servers: 6, service: {law: exponential, mean: 5s}}
""",
    "N04": f"""
workloads: {{ask: {{arrivals: {{rate: 0.8/s}}, pipeline: main}}}}
pipelines: {{main: [{{parallel: [{{station: left}}, {{station: right}}]}}]}}
stations: {{left: {{servers: 1, {EXP}}}, right: {{servers: 1, {EXP}}}}}
""",
    "N05": """
workloads: {ask: {arrivals: {rate: 1/s}, pipeline: main}}
pipelines:
  main:
    - parallel:
        - {delay: {law: exponential, mean: 1s}}
        - {delay: {law: exponential, mean: 1s}}
        - {delay: {law: exponential, mean: 1s}}
        - {delay: {law: exponential, mean: 1s}}
        - {delay: {law: exponential, mean: 1s}}
""",
    "N06": """
workloads: {ask: {arrivals: {rate: 1/s}, pipeline: main}}
pipelines: {main: [{delay: {mean: 2s, cv: 1, plus: 300ms}}]}
""",
    "T01": calls("rate: 9/s", bucket("wait", 1)),
    "T02": calls("rate: 9/s", bucket("wait", 10)),
    "T03": calls("rate: 9.5/s", bucket("wait", 30)),
    "T04": calls("rate: 12/s", bucket("refuse", 10)),
    "T05": calls("rate: 9/s", bucket("refuse", 10)),
    "T06": calls(
        "rate: 0.6/s",
        "latency: {total: 1us}, "
        "limits: [{limit: token_bucket, counts: input_tokens, when_full: wait, per_minute: 60k}]",
        ", input_tokens: {law: exponential, mean: 1500, at_most: 60k}",
    ),
    "T07": calls(
        "rate: 1/s",
        "latency: {total: 1us}, "
        "limits: [{limit: token_bucket, when_full: wait, per_minute: 90k, cap: 6k}]",
        ", input_tokens: 1200",
    ),
    "T08": calls("at: 0s, count: 150", bucket("wait", 100).replace("600", "100")),
    "T09": calls(
        "at: 30s, count: 150",
        "latency: {total: 1us}, "
        "limits: [{limit: fixed_window, allows: 100, window: 60s, when_full: wait}]",
    ),
    "T10": calls("rate: 15/s, gaps: 1, count: 900", bucket("wait", 60)),
    "R01": calls(
        "rate: 1/s",
        "latency: {total: 1us}, errors: {share: 20%, after: 1us}, client: {retries: 3}",
    ),
    "R02": calls(
        "rate: 1/s",
        "latency: {total: 1us}, errors: {share: 20%, after: 1us}, "
        "client: {retries: 3, backoff: {first: 1s, times: 2, at_most: 1h, jitter: none}}",
    ),
    "R03": queue("rate: 0.6/s", f"servers: 1, {EXP}, {RETRIAL}"),
    "R04": queue("rate: 0.6/s", f"servers: 1, service: 1s, {RETRIAL}"),
    "R05": queue("rate: 4/s", f"servers: 5, {EXP}, {RETRIAL}"),
    "R06": queue(
        "rate: 8/s",
        f"servers: 10, {EXP}, "
        + RETRIAL.replace("unlimited", "3").replace("first: 2s", "first: 1h").replace("2s", "1h"),
    ),
    "R07": broken("rate: 1/s, gaps: 1", "50%", "opens_after: 5, stays_open: 1500ms"),
    "R07b": broken("rate: 1/s, gaps: 1", "30%", "opens_after: 5, stays_open: 1500ms"),
    "R08": broken("rate: 5/s", "50%", "opens_after: 5, stays_open: 10s"),
    "R09": queue(
        "rate: 0.5/s",
        f"servers: 1, {EXP}, failures: {{up_for: {{law: exponential, mean: 10s}}, "
        "down_for: {law: exponential, mean: 2s}}",
    ),
    "R11": queue(
        "rate: 1/h",
        "servers: 1, service: 1s, failures: {up_for: {law: exponential, mean: 720h}, "
        "down_for: {law: exponential, mean: 4h}}",
    ),
    "R12": calls("rate: 60/h", "latency: {total: 1us}")
    + "incidents: [{endpoints: [vendor], up_for: {law: exponential, mean: 720h}, "
    "lasts: {law: exponential, mean: 4h}, what: outage}]\n",
    "R13b": """
workloads: {ask: {arrivals: {rate: 1/h}, pipeline: main}}
pipelines: {main: [{parallel: [{call: one}, {call: two}, {call: three}]}]}
endpoints: {one: {latency: {total: 1us}}, two: {latency: {total: 1us}}, three: {latency: {total: 1us}}}
"""
    + redundant("one, two, three", "720h", "4h"),
    "R14": failover("0.2/s", 24, "4s", "720h", "4h"),
    "R15": queue("rate: 8/s, gaps: 1", "servers: 1, service: 100ms")
    + "incidents: [{stations: [desk], at: 1h, lasts: 300s, what: outage}]\n",
    "R16": overflow(8, 4),
    "R17": """
workloads: {ask: {arrivals: {rate: 1/s}, pipeline: main}}
pipelines: {main: [{call: embed}, {call: retrieve}, {call: llm}]}
endpoints:
  embed: {latency: {total: 1us}, errors: {share: 0.1%, after: 1us}}
  retrieve: {latency: {total: 1us}, errors: {share: 0.05%, after: 1us}}
  llm: {latency: {total: 1us}, errors: {share: 0.5%, after: 1us}, client: {retries: 1}}
""",
    "V01": queue(
        'rate: 100/h, curve: {curve: wave, swing: 60%, peak_at: "06:00"}',
        "servers: unlimited, service: {law: exponential, mean: 2h}",
    ),
    "V02": queue(
        'rate: 100/h, curve: {curve: wave, swing: 60%, peak_at: "06:00"}',
        "servers: unlimited, service: {law: exponential, mean: 2h}",
    ),
    "V03": queue(
        'rate: 5/s, curve: {curve: wave, swing: 80%, peak_at: "14:00"}',
        "servers: unlimited, service: 1us",
    ),
    "V04": queue(
        'rate: 8/h, curve: {curve: wave, swing: 75%, peak_at: "06:00"}',
        "servers: 10, service: {law: exponential, mean: 1h}",
    ),
    "V05": queue(
        "rate: 10/h",
        'service: 90s, staff: [{days: daily, hours: "09:00-17:00", people: 1}]',
    ),
    "V06": queue(
        "rate: 5/h",
        'service: 2min, staff: [{days: mon-fri, hours: "09:00-17:00", people: 1}]',
    ),
    "V08": queue(
        "steps: [{from: 0s, rate: 10/s}, {from: 10min, rate: 20/s}, {from: 1h, rate: 1/h}], gaps: 1",
        "service: 1s, staff: [{days: daily, hours: 00:00-00:12, people: 12}, "
        "{days: daily, hours: 00:12-24:00, people: 24}]",
    ),
    "V09": queue(
        "rate: 4/h",
        "service: {law: exponential, mean: 1h}, at_shift_end: return, staff: "
        '[{days: daily, hours: "08:00-18:00", people: 10}, {days: daily, hours: "18:00-08:00", people: 2}]',
    ),
    "C01": calls(
        "rate: 12/s, gaps: 1, count: 1M",
        "price: {input: 3, output: 15}, latency: {total: 1us}",
        ", input_tokens: 1200, output_tokens: 300",
    ),
    "C02": calls(
        "rate: 2/s",
        "price: {input: 3, output: 15}, latency: {total: 1us}",
        ", input_tokens: {mean: 1500, cv: 1}, output_tokens: {mean: 400, cv: 0.8}",
    ),
    "C03": calls(
        "rate: 1/s",
        "price: {input: 3, output: 15}, bills: {errors: true}, latency: {total: 1us}, "
        "errors: {share: 20%, after: 1us}, client: {retries: 3}",
        ", input_tokens: 1500, output_tokens: 400",
    ),
    "C04": queue(
        "rate: 1/h",
        "service: 1s, cost: {per_server_hour: 2.5}, staff: [{days: daily, hours: 00:00-08:00, people: 2}, "
        "{days: daily, hours: 08:00-20:00, people: 10}, {days: daily, hours: 20:00-24:00, people: 4}]",
    ),
    "MS0": storm(0),
    "MS1": storm(1),
    "MS3": storm(3),
    "MS4": storm(3, ", budget: {share: 10%, at_most: 100}"),
    "R13": """
workloads: {ask: {arrivals: {rate: 1/s}, pipeline: main}}
pipelines: {main: [{parallel: [{call: one}, {call: two}, {call: three}], needs: 2}]}
endpoints:
  one: {latency: {total: 1us}, errors: {share: 1%, after: 1us}}
  two: {latency: {total: 1us}, errors: {share: 1%, after: 1us}}
  three: {latency: {total: 1us}, errors: {share: 1%, after: 1us}}
""",
    "V07": queue("rate: 0.5/s", f"servers: 1, {EXP}, cold_start: {{after: 0s, takes: 30s}}"),
}


def text_of(case: str, length: str = "2d") -> str:
    """A case as a whole scenario."""
    return HEAD.format(name=case, length=length) + CASES[case]
