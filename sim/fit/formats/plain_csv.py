"""Any CSV whose columns are named as ours, or by `--map input=prompt_len`."""

from sim.fit.formats.format import Format

INSTANTS = ("time", "end", "first_token_at")
LENGTHS = ("first_token", "duration")
TOKENS = ("input", "cached", "output")
NAMES = ("status", "error", "session", "client", "endpoint", "id", "count")

FORMAT = Format(
    name="csv",
    about="a plain CSV; durations in seconds; --map gives the columns their names",
    fields={name: (name,) for name in (*INSTANTS, *LENGTHS, *TOKENS, *NAMES)},
)
