"""The only home of chance: every random number is looked up by name, never consumed in order.

A draw is a pure function of (seed, replication, purpose, entity, counter). The purpose is a name such as
`("step", "claims_rag.answer", "service")`, folded once with seed and replication into 64 bits; the
entity is a 64-bit key of a person, session or request; the counter tells repeated draws apart. No draw
depends on the order of events, so both engines agree, and scenarios that are compared share their luck.

The hash is the finaliser of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014), applied twice. The functions
here work on plain Python integers; `uniforms` does the same on whole NumPy arrays, and the compiled
engine holds a twin in uint64. A test holds the three equal.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
MIX_ONE = 0xBF58476D1CE4E5B9
MIX_TWO = 0x94D049BB133111EB
UNIFORM_BITS = 52
"""Bits of a hash that make a uniform: (bits + 0.5) / 2**52 is exact in a double and never 0 or 1."""
UNIFORM_STEP = 1.0 / (1 << UNIFORM_BITS)


def mix(x: int) -> int:
    """Scramble 64 bits."""
    x = (x + GOLDEN) & MASK
    x = ((x ^ (x >> 30)) * MIX_ONE) & MASK
    x = ((x ^ (x >> 27)) * MIX_TWO) & MASK
    return x ^ (x >> 31)


def purpose(seed: int, replication: int, *names: str | int) -> int:
    """Fold seed, replication and a name into the 64-bit key of one purpose.

    Slow and exact (BLAKE2b): called when a plan is made, never in an engine.
    """
    text = "\x1f".join(str(part) for part in (seed, replication, *names))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def bits(purpose_key: int, entity: int, counter: int) -> int:
    """The 52 random bits of one draw: an integer in [0, 2**52)."""
    return mix(mix(purpose_key ^ entity) ^ counter) >> (64 - UNIFORM_BITS)


def uniform(purpose_key: int, entity: int, counter: int) -> float:
    """One draw from the open interval (0, 1)."""
    return (bits(purpose_key, entity, counter) + 0.5) * UNIFORM_STEP


def threshold(probability: float) -> int:
    """How many of the 2**52 values of `bits` mean yes, so that being below it has the probability."""
    return round(probability * (1 << UNIFORM_BITS))


def child(entity: int, number: int) -> int:
    """The key of an entity's numbered part: a session of a person's day, a turn of a session."""
    return mix(entity ^ mix(number))


Keys = NDArray[np.uint64]


def mixes(x: Keys) -> Keys:
    """`mix` on an array (uint64 wraps in silence there, as it must)."""
    x = x + np.uint64(GOLDEN)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(MIX_ONE)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(MIX_TWO)
    return x ^ (x >> np.uint64(31))


def uniforms(purpose_key: int, entities: Keys, counters: Keys | int = 0) -> NDArray[np.float64]:
    """`uniform` on arrays of entities and counters, shapes broadcast together."""
    counters = np.asarray(counters, np.uint64)
    hashed = mixes(mixes(np.uint64(purpose_key) ^ np.asarray(entities, np.uint64)) ^ counters)
    return ((hashed >> np.uint64(64 - UNIFORM_BITS)).astype(np.float64) + 0.5) * UNIFORM_STEP


def children(entities: Keys, numbers: Keys) -> Keys:
    """`child` on arrays."""
    return mixes(np.asarray(entities, np.uint64) ^ mixes(np.asarray(numbers, np.uint64)))
