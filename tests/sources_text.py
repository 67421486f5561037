"""A desk that is too small, as a scenario's text."""

DESK_TEXT = """
schema: genai-rollout/v1
name: desk
horizon: {start: 2027-07-05, length: 2d}
targets: [{name: fast, workload: ask, metric: latency.p95, at_most: 60s}]
workloads:
  ask: {arrivals: {rate: 0.15/s}, input_tokens: 1, output_tokens: 1, pipeline: main}
pipelines: {main: [{stage: answer, station: desk}]}
stations: {desk: {owner: front office, servers: 2, service: {law: exponential, mean: 12s}, cost: {per_server_hour: 10}}}
"""
