"""Replace a file by a new text, whole or not at all, and only if the new text is right."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def replace_text(path: Path, text: str, check: Callable[[Path], None]) -> None:
    """Write a sibling, check it, and rename it over the file.

    Args:
        path: the file.
        text: what it shall hold.
        check: raises where the sibling's contents are wrong; the file then stays as it is.
    """
    sibling = path.with_name(f".{path.stem}.new{path.suffix}")
    try:
        with sibling.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        check(sibling)
        sibling.chmod(path.stat().st_mode & 0o777)
        sibling.replace(path)
    finally:
        sibling.unlink(missing_ok=True)
