"""Results are written whole or not at all, and nothing that is not ours is touched."""

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sim.errors import ResourceError, UsageError
from sim.report.outputs import MANIFEST, folder_name, open_outputs

OLD = {"summary.json": b"old\n", "charts/spend.svg": b"<svg>old</svg>"}
NEW = {"summary.json": b"new\n", "timeline.csv": b"day\n"}


def write(target: Path, files: dict[str, bytes]) -> None:
    with open_outputs(target) as outputs:
        outputs.write(files)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }


def leftovers(parent: Path) -> list[str]:
    return [path.name for path in parent.iterdir() if path.name.startswith(".simulate")]


def test_files_are_written_with_a_manifest_of_their_hashes(tmp_path):
    write(tmp_path / "deep" / "run", OLD)
    manifest = json.loads((tmp_path / "deep" / "run" / MANIFEST).read_text())
    assert sorted(manifest["files"]) == sorted(OLD)
    assert contents(tmp_path / "deep" / "run") == OLD


def test_a_second_run_replaces_the_first_and_leaves_nothing_behind(tmp_path):
    write(tmp_path / "run", OLD)
    write(tmp_path / "run", NEW)
    assert contents(tmp_path / "run") == NEW
    assert leftovers(tmp_path) == []


def test_the_same_files_give_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write(tmp_path / name, OLD)
    assert (tmp_path / "one" / MANIFEST).read_bytes() == (tmp_path / "two" / MANIFEST).read_bytes()


def test_an_error_during_the_run_leaves_the_former_results(tmp_path):
    write(tmp_path / "run", OLD)
    with pytest.raises(ZeroDivisionError), open_outputs(tmp_path / "run"):
        raise ZeroDivisionError
    assert contents(tmp_path / "run") == OLD
    assert leftovers(tmp_path) == []


def test_a_folder_that_is_not_ours_is_refused_before_the_run(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="did not write"), open_outputs(tmp_path):
        raise AssertionError("must not come here")
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize(
    "manifest", ["", "{", "[]", '{"format": "other"}', '{"files": {}}', "[" * 5000]
)
def test_a_manifest_that_is_not_ours_does_not_make_a_folder_ours(tmp_path, manifest):
    (tmp_path / MANIFEST).write_text(manifest)
    with pytest.raises(UsageError, match="did not write"), open_outputs(tmp_path):
        raise AssertionError("must not come here")


def test_a_link_is_not_followed(tmp_path):
    write(tmp_path / "real", OLD)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(UsageError, match="is a link"), open_outputs(tmp_path / "link"):
        raise AssertionError("must not come here")
    assert contents(tmp_path / "real") == OLD


def test_a_file_in_the_place_is_refused(tmp_path):
    (tmp_path / "run").write_text("mine")
    with pytest.raises(UsageError, match="not a folder"), open_outputs(tmp_path / "run"):
        raise AssertionError("must not come here")


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "run").mkdir()
    write(tmp_path / "run", NEW)
    assert contents(tmp_path / "run") == NEW


def test_notes_beside_our_files_are_carried_over(tmp_path):
    write(tmp_path / "run", OLD)
    (tmp_path / "run" / "charts" / "notes.txt").write_text("keep me")
    (tmp_path / "run" / "elsewhere").symlink_to("/")
    write(tmp_path / "run", NEW)
    assert contents(tmp_path / "run") == {**NEW, "charts/notes.txt": b"keep me"}
    assert (tmp_path / "run" / "elsewhere").readlink() == Path("/")


def test_a_note_with_the_name_of_a_new_file_is_not_overwritten(tmp_path):
    write(tmp_path / "run", OLD)
    (tmp_path / "run" / "timeline.csv").write_text("mine")
    with pytest.raises(UsageError, match="move it away"):
        write(tmp_path / "run", NEW)
    assert contents(tmp_path / "run") == {**OLD, "timeline.csv": b"mine"}
    assert leftovers(tmp_path) == []


def test_a_name_that_the_file_system_refuses_is_told_at_once(tmp_path):
    with pytest.raises(ResourceError, match="too long"), open_outputs(tmp_path / ("x" * 300)):
        raise AssertionError("must not come here")


@pytest.mark.parametrize("parent", ["/proc/simulate", "/dev/null/simulate"])
def test_a_place_that_cannot_be_written_is_told_at_once(parent):
    with pytest.raises(ResourceError, match="cannot write results"), open_outputs(Path(parent)):
        raise AssertionError("must not come here")


def test_a_file_size_limit_leaves_the_former_results(tmp_path):
    write(tmp_path / "run", OLD)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(ResourceError, match="too large"):
            write(tmp_path / "run", {**NEW, "big.csv": b"x" * 100_000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert contents(tmp_path / "run") == OLD
    assert leftovers(tmp_path) == []


def test_a_full_disk_leaves_the_former_results(tmp_path, monkeypatch):
    write(tmp_path / "run", OLD)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ResourceError, match="No space left"):
        write(tmp_path / "run", NEW)
    assert contents(tmp_path / "run") == OLD
    assert leftovers(tmp_path) == []


def killed(target: Path, at: str) -> None:
    """Write to a target in a process that is killed when it comes to a function."""
    code = f"""
import os, signal
from pathlib import Path
import sim.report.outputs as outputs
def die(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
outputs.{at} = die
with outputs.open_outputs(Path({str(target)!r})) as place:
    place.write({NEW!r})
"""
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("at", ["_fill", "_swap", "_carry_over"])
def test_a_run_that_was_killed_leaves_a_whole_set_and_is_swept_by_the_next(tmp_path, at):
    write(tmp_path / "run", OLD)
    killed(tmp_path / "run", at)
    assert contents(tmp_path / "run") in (OLD, NEW)
    write(tmp_path / "run", OLD)
    assert contents(tmp_path / "run") == OLD
    assert leftovers(tmp_path) == []


def test_a_run_killed_between_its_two_renames_is_put_right_by_the_next(tmp_path):
    write(tmp_path / "run", OLD)
    with open_outputs(tmp_path / "run") as outputs:
        tag = outputs._stage.name.split("-")[1]
    (tmp_path / "run").rename(tmp_path / f".simulate-{tag}-999999999.old")
    with open_outputs(tmp_path / "run"):
        assert contents(tmp_path / "run") == OLD
    assert leftovers(tmp_path) == []


def test_a_run_that_is_under_way_is_not_swept(tmp_path):
    with open_outputs(tmp_path / "run") as outputs:
        mine = outputs._stage
        code = f"""
from pathlib import Path
from sim.report.outputs import open_outputs
with open_outputs(Path({str(tmp_path / "run")!r})) as place:
    place.write({NEW!r})
"""
        subprocess.run([sys.executable, "-c", code], check=True)
        assert mine.is_dir()
        outputs.write(OLD)
    assert contents(tmp_path / "run") == OLD


@pytest.mark.parametrize(
    "stem", ["..", ".", "", "CON", "a/b", "x" * 300, "a\nb", "nul.txt", "é\udce9"]
)
def test_any_stem_makes_a_safe_folder_name(stem):
    name = folder_name(stem)
    assert name not in ("", ".", "..")
    assert "/" not in name
    assert "\n" not in name
    assert len(name.encode(errors="surrogateescape")) < 200
    assert name.casefold() != "con"


def test_plain_stems_stay_as_they_are():
    assert folder_name("claims_q3") == "claims_q3"


def test_changed_stems_stay_apart():
    assert folder_name("a/b") != folder_name("a:b")
