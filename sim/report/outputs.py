"""A folder of results, written whole or not at all.

The files go to a hidden sibling folder first, are forced to the disk, and take the place of the former
results by renaming. A manifest, written last, marks the folder as ours and as finished: a folder without
one is never replaced. What others have put beside our files is carried over.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

from sim.errors import ResourceError, UsageError

MANIFEST = "manifest.json"
MANIFEST_FORMAT = "simulate-outputs/1"
STEM_LETTERS_MAX = 80
MANIFEST_BYTES_MAX = 10_000_000
_STAGE_NAME = re.compile(r"\.simulate-([0-9a-f]{12})-(\d{1,10})\.(new|old)")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def folder_name(stem: str) -> str:
    """Return a safe folder name for a scenario's stem; a short hash tells changed names apart."""
    safe = re.sub(r"[^\w.\- ]", "_", stem).strip(". ")[:STEM_LETTERS_MAX]
    if safe and safe == stem and not _RESERVED.fullmatch(safe):
        return safe
    digest = hashlib.sha256(stem.encode(errors="surrogateescape")).hexdigest()[:8]
    return f"{safe.replace('.', '_') or 'scenario'}-{digest}"


class Outputs:
    """The results' folder `target` while a run is under way; `write` replaces it."""

    def __init__(self, target: Path, stage: Path) -> None:
        self.target = target
        self._stage = stage

    def write(self, files: Mapping[str, bytes]) -> None:
        """Replace the folder's results by these files, by relative path."""
        with _as_resource_error(self.target):
            _fill(self._stage, files)
            _swap(self._stage, self.target)


@contextlib.contextmanager
def open_outputs(target: Path) -> Iterator[Outputs]:
    """Check before a long run that its results can be written; clean up behind it in any case."""
    target = Path(os.path.abspath(target))  # noqa: PTH100  resolve() would follow a link
    stage = _sibling(target, "new")
    with _as_resource_error(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        _refuse_others(target)
        _touch_name(target)
        stage.mkdir()
    try:
        yield Outputs(target, stage)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _fill(stage: Path, files: Mapping[str, bytes]) -> None:
    hashes = {}
    for name in sorted(files):
        _write(stage / name, files[name])
        hashes[name] = hashlib.sha256(files[name]).hexdigest()
    manifest = {"format": MANIFEST_FORMAT, "files": hashes}
    _write(stage / MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())
    for folder in {stage, *((stage / name).parent for name in files)}:
        _sync_folder(folder)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Unbuffered and synced: a full disk shows when a file is closed, at the latest.
    with path.open("xb", buffering=0) as file:
        view = memoryview(content)
        while view:
            view = view[file.write(view) :]
        os.fsync(file.fileno())


def _swap(stage: Path, target: Path) -> None:
    """Let the new folder take the old one's place. Nothing may interrupt the two renames."""
    old = _sibling(target, "old")
    with _signals_held():
        _refuse_others(target)
        if target.exists():
            _refuse_collisions(target, stage)
            target.rename(old)
            try:
                stage.rename(target)
            except OSError:
                old.rename(target)
                raise
            _carry_over(old, target)
            shutil.rmtree(old, ignore_errors=True)
        else:
            stage.rename(target)
        _sync_folder(target.parent)


def _refuse_others(target: Path) -> None:
    """Refuse a target that is there and is not a folder of results."""
    if target.is_symlink():
        raise UsageError(f"{_shown(target)} is a link; give --out the folder that it points to")
    if not target.exists():
        return
    if not target.is_dir():
        raise UsageError(f"{_shown(target)} is not a folder; give another --out")
    if any(target.iterdir()) and _files_of(target) is None:
        raise UsageError(
            f"{_shown(target)} holds files that simulate did not write; give another --out or empty it"
        )


def _refuse_collisions(target: Path, stage: Path) -> None:
    for name in _strangers(target):
        if os.path.lexists(stage / name):
            raise UsageError(f"{_shown(target / name)} was not written by simulate; move it away")


def _carry_over(old: Path, target: Path) -> None:
    for name in _strangers(old):
        with contextlib.suppress(FileExistsError):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
        (old / name).rename(target / name)


def _strangers(folder: Path) -> list[Path]:
    """Return what simulate did not write, links among it, by relative path."""
    ours = {MANIFEST, *(_files_of(folder) or {})}
    found = []
    for root, folders, names in os.walk(folder):
        here = Path(root).relative_to(folder)
        links = [name for name in folders if (Path(root) / name).is_symlink()]
        found += [here / name for name in [*names, *links] if (here / name).as_posix() not in ours]
    return sorted(found)


def _files_of(folder: Path) -> dict[str, str] | None:
    """Return the files that our manifest names; None where there is no manifest of ours."""
    path = folder / MANIFEST
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MANIFEST_BYTES_MAX:
        return None
    try:
        manifest = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None
    if not isinstance(manifest, dict) or manifest.get("format") != MANIFEST_FORMAT:
        return None
    files = manifest.get("files")
    return files if isinstance(files, dict) else None


def _sweep(target: Path) -> None:
    """Clear away what a killed run of this target left; finish what it began."""
    mine = _tag(target)
    for path in target.parent.glob(f".simulate-{mine}-*"):
        match = _STAGE_NAME.fullmatch(path.name)
        if match is None or path.is_symlink() or not path.is_dir() or _alive(int(match[2])):
            continue
        if match[3] == "old" and not target.exists() and _files_of(path) is not None:
            path.rename(target)
        elif match[3] == "new" or target.exists():
            _remove_ours(path)


def _remove_ours(path: Path) -> None:
    """Remove a stale folder, unless it is an old one that still holds somebody's own file."""
    if path.name.endswith(".old") and _strangers(path):
        return
    shutil.rmtree(path, ignore_errors=True)


def _alive(process: int) -> bool:
    if process == os.getpid():
        return False  # A number that came round again: this run has only begun.
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _sibling(target: Path, kind: str) -> Path:
    return target.with_name(f".simulate-{_tag(target)}-{os.getpid()}.{kind}")


def _tag(target: Path) -> str:
    return hashlib.sha256(os.fsencode(target)).hexdigest()[:12]


def _touch_name(target: Path) -> None:
    """Ask the file system whether it takes the name, before an hour of work."""
    with contextlib.suppress(FileNotFoundError):
        os.lstat(target)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    held = {signal.SIGINT, signal.SIGTERM}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _as_resource_error(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        raise ResourceError(
            f"cannot write results to {_shown(target)}: {reason}; give another --out"
        ) from fault


def _shown(path: Path) -> str:
    """Return a path as short as it can be told, without this machine's folders."""
    try:
        text = str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        text = str(path)
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= 120 else f"{text[:60]}…{text[-50:]}"
