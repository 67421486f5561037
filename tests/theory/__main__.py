"""Run cases and keep what they gave: `cd tests; python -m theory fast`, or `slow Q01 T06`.

Results are kept in `RESULTS.json`; `RESULTS.md` is written anew from all of them.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from theory.catalogue import ALL, run
from theory.judging import Judged

HERE = Path(__file__).parent
STORE, TABLE = HERE / "RESULTS.json", HERE / "RESULTS.md"
HEAD = """# Known models, measured

Written by `python -m theory`; every line is a real run of the compiled engine from a scenario's text. A row of the
tier `slow` stands beside that of `fast`, never in its place. `size` is arrivals a replication (of 30), or paths in
all, or days. INCONCLUSIVE: it does not differ significantly, but the run is too short for the margin (fast 4 %;
slow 1 %, or 0.1 % from an empty start).

| case | quantity | expected | measured | standard error | z or relative error | tier | size | verdict |
|---|---|---|---|---|---|---|---|---|
"""


def line(one: Judged) -> str:
    error = "" if one.error is None else f"{one.error:.3g}"
    cells = (
        one.case,
        one.quantity,
        f"{one.expected:.8g}",
        f"{one.measured:.8g}",
        error,
        one.distance,
        one.tier,
        one.size or "",
        one.verdict,
    )
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"


def keep(case: str, tier: str, judged: list[Judged]) -> None:
    """Put a case's results in the place of its former ones of this tier."""
    kept = json.loads(STORE.read_text()) if STORE.exists() else []
    kept = [one for one in kept if (one["case"], one["tier"]) != (case, tier)]
    kept += [asdict(one) for one in judged]
    order = {name: number for number, name in enumerate(ALL)}
    kept.sort(key=lambda one: (order.get(one["case"], len(order)), one["tier"]))
    STORE.write_text(json.dumps(kept, indent=0) + "\n")
    TABLE.write_text(HEAD + "".join(line(Judged(**one)) for one in kept))


def main(tier: str, names: list[str]) -> None:
    for case in names or ALL:
        begin_s = time.perf_counter()
        judged = run(case, tier)
        keep(case, tier, judged)
        for one in judged:
            print(line(one), end="")
        print(f"{case}: {time.perf_counter() - begin_s:.1f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "fast", sys.argv[2:])
