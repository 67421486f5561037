"""Write `stored.jsonl` anew, after the choices of `strategies.py` have changed their meaning.

`cd tests; python -m equal.refresh` looks for small cases, of which each reaches something rare that those before
it do not, and keeps one for everything that can happen.
"""

from __future__ import annotations

import json
import random

from equal.test_engines_agree import EVERYTHING, STORED, happened
from plans import run
from strategies import RARE, Builder, Case, Dice

TRIED = 8_000


def luck(dealer: random.Random) -> Case:
    """A case, most of whose choices are the simplest."""
    simple = dealer.choice((0.3, 0.6, 0.9))
    dice = Dice(lambda count: 0 if dealer.random() < simple else dealer.randrange(count))
    return Builder(dice, dealer.choice(((), *RARE))).case()


def smallest() -> dict[str, tuple[list[int], set[str]]]:
    """For everything that happened in some case, the shortest one in which it did, and what else did."""
    dealer = random.Random(1)
    found: dict[str, tuple[list[int], set[str]]] = {}
    for _ in range(TRIED):
        case = luck(dealer)
        names = happened(case, run(case.plan, case.days, "compiled"))
        choices = list(case.choices)
        while choices and choices[-1] == 0:
            choices.pop()
        for name in names:
            if name not in found or len(choices) < len(found[name][0]):
                found[name] = (choices, names)
    return found


def main() -> None:
    found = smallest()
    assert not EVERYTHING - found.keys(), EVERYTHING - found.keys()
    rest, kept = set(EVERYTHING), []
    # The longest first: what is rare needs most, and reaches much on its way.
    for name in sorted(found, key=lambda each: -len(found[each][0])):
        if name in rest:
            kept.append(found[name][0])
            rest -= found[name][1]
    STORED.write_text("".join(json.dumps(choices) + "\n" for choices in kept), encoding="utf-8")


if __name__ == "__main__":
    main()
