"""Finished work of a study on disk, so that a killed study goes on where it was: `--resume`.

A piece is known by a key of all that it depends on: the scenario, the seed, its number, the engine, and the
sources of this package. A piece is written beside its place and renamed, and carries the hash of its bytes: half of
one, or one of another version, is as good as none. The folder is the user's own; only its owner's pieces are read.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HASH_BYTES = 32
PACKAGE = Path(__file__).parents[1]


@cache
def package_digest() -> str:
    """The hash of this package's sources and facts, and of the packages that could move a number."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and path.suffix in (".py", ".yaml", ".json", ".csv"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def key_of(tree: Mapping[str, Any], *parts: object) -> str:
    """The key of a piece: a resolved scenario and what else it depends on."""
    text = json.dumps(tree, sort_keys=True, default=str)
    whole = "\x1f".join((package_digest(), text, *map(str, parts)))
    return hashlib.sha256(whole.encode()).hexdigest()


@dataclass(frozen=True)
class Kept:
    """A folder of finished pieces."""

    folder: Path

    def recall(self, key: str, kind: type) -> Any:
        """A piece of a kind; None where there is none that is whole."""
        path = self.folder / key
        try:
            raw = path.read_bytes()
            mine = not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()
        except OSError:
            return None
        digest, content = raw[:HASH_BYTES], raw[HASH_BYTES:]
        if not mine or hashlib.sha256(content).digest() != digest:
            return None
        found = pickle.loads(content)
        return found if isinstance(found, kind) else None

    def keep(self, key: str, piece: object) -> None:
        """Put a piece on the disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        content = pickle.dumps(piece)
        new = self.folder / f"{key}.{os.getpid()}.new"
        try:
            new.write_bytes(hashlib.sha256(content).digest() + content)
            new.replace(self.folder / key)
        except OSError:
            new.unlink(missing_ok=True)
            raise

    def forget(self) -> None:
        """Remove all pieces: the study is done, or begins anew."""
        shutil.rmtree(self.folder, ignore_errors=True)
