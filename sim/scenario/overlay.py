"""Layers of a scenario: what `extends` brings, what a file overrides, what `--set` changes.

Maps merge deep; lists replace, except that lists whose items all have a `name` merge by name, also
with a map from names to what changes; `null` deletes. Every node keeps what it replaced, so that `explain` can say it.

A file named by `extends` must be a regular `.yaml` file that lies, links followed, below the
parent folder of the first scenario's folder; faults in it never show its contents unless it is a
readable scenario.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

from sim.errors import QuantityError, ScenarioError
from sim.scenario import incident_lists
from sim.scenario.nodes import (
    FILE_BYTES_MAX,
    Node,
    Origin,
    Source,
    compose,
    decode,
)
from sim.scenario.paths import NAME_KEYS, Path, did_you_mean, nearest, parse_path, path_text

EXTENDS_DEPTH_MAX = 8
FILES_MAX = 64
LIKE_ENOUGH = 0.8
"""A new key between others is taken for a misspelling when it is this like one of them."""


@dataclass(slots=True)
class Loader:
    """Reads a scenario file and what it extends."""

    root: FilePath
    """No file outside this folder is read [absolute path, links followed]."""
    chain: list[tuple[tuple[int, int], str]] = field(default_factory=list)
    n_files: int = 0

    def load(self, file: str, asked: Origin | None = None) -> Node:
        """Return the merged node of a file.

        Args:
            file: the path as it is to be shown and opened.
            asked: where `extends` names it; None for the scenario itself.
        """
        here = asked or Origin(file)
        raw, identity = _read(file, here)
        self._check_chain(file, identity, here)
        node = self._compose(file, raw, shows=asked is None)
        incident_lists.read(node, file, self.root, lambda path, name: _read(path, name.origin)[0])
        self.chain.append((identity, file))
        merged = self._with_bases(node, file)
        self.chain.pop()
        return merged

    def _check_chain(self, file: str, identity: tuple[int, int], here: Origin) -> None:
        names = [name for _, name in self.chain]
        if any(known == identity for known, _ in self.chain):
            message = f"extends goes in a circle: {' -> '.join([*names, file])}"
            raise _fault(here, message, "extends_circle")
        self.n_files += 1
        if len(self.chain) >= EXTENDS_DEPTH_MAX:
            raise _fault(here, f"extends goes deeper than {EXTENDS_DEPTH_MAX} files")
        if self.n_files > FILES_MAX:
            raise _fault(here, f"extends reaches more than {FILES_MAX} files")

    def _compose(self, file: str, raw: bytes, shows: bool) -> Node:
        if shows:
            return only_mapping(compose(decode(file, raw)))
        try:
            compose(decode(file, raw, show=False))
        except ScenarioError as error:
            hidden = [replace(p, path="", message=_unquoted(p.message)) for p in error.problems]
            raise ScenarioError(hidden) from None
        return only_mapping(compose(decode(file, raw)))

    def _with_bases(self, node: Node, file: str) -> Node:
        assert isinstance(node.value, dict)
        extends = node.value.pop("extends", None)
        if extends is None:
            return node
        asked = extends.value if isinstance(extends.value, list) else [extends]
        merged: Node | None = None
        for base in asked:
            loaded = self.load(self._base_file(base, file), base.origin)
            merged = loaded if merged is None else merge(merged, loaded)
        return node if merged is None else merge(merged, node)

    def _base_file(self, base: Node, file: str) -> str:
        """Return the path of a base file; refuse whatever could lead elsewhere."""
        name = base.value
        if not isinstance(name, str) or not name.strip():
            raise _fault(base.origin, "extends names a file, or a list of files")
        if "://" in name or name.startswith("~") or FilePath(name).is_absolute() or "\\" in name:
            message = "extends takes a path relative to this file, e.g. base/claims.yaml"
            raise _fault(base.origin, message)
        if not name.endswith((".yaml", ".yml")):
            raise _fault(base.origin, "extends names a .yaml file")
        target = FilePath(file).parent / name
        try:
            inside = target.resolve().is_relative_to(self.root)
        except (OSError, RuntimeError):
            raise _fault(base.origin, "this path cannot be followed") from None
        if not inside:
            raise _fault(base.origin, "extends stays within the folder above the scenario's own")
        return os.path.normpath(target)


def root_of(file: str) -> FilePath:
    """Return the folder that `extends` may not leave: the parent of the scenario's folder."""
    folder = FilePath(file).resolve().parent
    return folder if folder.parent == FilePath(folder.anchor) else folder.parent


def merge(base: Node, over: Node) -> Node:
    """Return `over` laid over `base`; both are used up."""
    if isinstance(base.value, dict) and isinstance(over.value, dict):
        for key, child in over.value.items():
            _merge_key(base.value, key, child)
        return Node(base.value, over.origin, over.key or base.key, base.replaced)
    if _named(base) and _named(over):
        return _merge_named(base, over)
    if _named(base) and isinstance(over.value, dict):
        return _merge_by_name(base, over.value)
    over.replaced = [*over.replaced, replace(base, replaced=[]), *base.replaced]
    return over


def apply_set(top: Node, assignment: str) -> Node:
    """Return a tree in which one `path=value` is applied; the given tree is used up.

    The value is YAML in one line; `null` deletes. Raises `ScenarioError` for a broken path, for a
    path that leads through nothing, and for what looks like a misspelling; the schema judges new
    keys.
    """
    origin = Origin(f"--set {assignment}")
    text, equals, value_text = _split_assignment(assignment)
    if not equals:
        raise _fault(origin, "write path=value, e.g. rollout.phases[1].users=9k", "set")
    try:
        path = parse_path(text)
    except QuantityError as error:
        raise _fault(origin, str(error), "set") from None
    value = _set_value(value_text, origin)
    parent, last = _find_parent(top, path, origin)
    _put(parent, last, value, path, origin)
    return top


def find(top: Node, path: Path) -> tuple[Node, Path]:
    """Return the node at a path, and the path with names turned into numbers.

    Raises `KeyError` with a sentence and the nearest right word.
    """
    node = top
    actual: Path = ()
    for part in path:
        step = _step(node, part)
        if step is None:
            raise KeyError(_nothing_there(node, part, actual))
        child = _child(node, step)
        assert child is not None
        node, actual = child, (*actual, step)
    return node, actual


def name_in(node: Node, part: str | int) -> str | int:
    """Return the name of a list's item when no other item has it, else the part as it is."""
    if isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
        names = [_name_of(item, NAME_KEYS) for item in node.value]
        name = names[part]
        return name if name is not None and names.count(name) == 1 else part
    return part


def _read(file: str, here: Origin) -> tuple[bytes, tuple[int, int]]:
    """Return a regular file's bytes and identity; never blocks on a pipe or a device."""
    try:
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as error:
        reason = {2: "there is no such file", 13: "the file may not be read"}.get(
            getattr(error, "errno", 0) or 0, "the file cannot be opened"
        )
        hint = _file_hint(file) if reason.startswith("there is no") else ""
        raise _fault(here, f"{reason}: {file}{hint}", "file") from None
    try:
        info = os.fstat(handle)
        if not stat.S_ISREG(info.st_mode):
            raise _fault(here, f"{file} is not a regular file", "file")
        raw = os.read(handle, FILE_BYTES_MAX + 1)
        while len(raw) <= FILE_BYTES_MAX and (more := os.read(handle, FILE_BYTES_MAX)):
            raw += more
    finally:
        os.close(handle)
    if len(raw) > FILE_BYTES_MAX:
        raise _fault(here, f"{file} is larger than {FILE_BYTES_MAX} bytes", "file")
    return raw, (info.st_dev, info.st_ino)


def _file_hint(file: str) -> str:
    folder = FilePath(file).parent
    try:
        names = [entry.name for entry in list(folder.iterdir())[:1000]]
    except OSError:
        return ""
    best = nearest(FilePath(file).name, [n for n in names if n.endswith((".yaml", ".yml"))])
    return f'; did you mean "{best}"?' if best else ""


def only_mapping(node: Node) -> Node:
    """Return a node that is a mapping; raises `ScenarioError` for any other."""
    if not isinstance(node.value, dict):
        what = "a list" if isinstance(node.value, list) else "a single value"
        message = f"a scenario is a map of keys (name: ..., horizon: ...), not {what}"
        raise ScenarioError([node.origin.problem((), message, "top")])
    return node


def _unquoted(message: str) -> str:
    """Return a message without the words it quotes, which may come from the file."""
    return message.split("; ")[0].split('"')[0].split("'")[0].strip() or "not readable as YAML"


def _fault(here: Origin, message: str, code: str = "extends") -> ScenarioError:
    path: Path = ("extends",) if code.startswith("extends") else ()
    return ScenarioError([here.problem(path, message, code)])


def _merge_key(base: dict[str, Node], key: str, child: Node) -> None:
    if key not in base:
        base[key] = child
    elif child.value is None:
        del base[key]
    else:
        base[key] = merge(base[key], child)


def _named(node: Node) -> bool:
    return (
        isinstance(node.value, list)
        and bool(node.value)
        and all(isinstance(n.value, dict) and "name" in n.value for n in node.value)
    )


def _name_of(node: Node, keys: Sequence[str] = ("name",)) -> str | None:
    if isinstance(node.value, dict):
        for key in keys:
            if key in node.value:
                return str(node.value[key].value)
    return None


def _merge_named(base: Node, over: Node) -> Node:
    assert isinstance(base.value, list)
    assert isinstance(over.value, list)
    items = list(base.value)
    places = {_name_of(item): place for place, item in enumerate(items)}
    for item in over.value:
        place = places.get(_name_of(item))
        if place is None:
            items.append(item)
        else:
            items[place] = merge(items[place], item)
    return Node(items, over.origin, over.key or base.key, base.replaced)


def _merge_by_name(base: Node, over: dict[str, Node]) -> Node:
    """Lay a map over a list of named things: each key is a name, `null` deletes."""
    assert isinstance(base.value, list)
    items = list(base.value)
    for name, child in over.items():
        places = [place for place, item in enumerate(items) if _name_of(item) == name]
        if not places:
            names = [known for item in items if (known := _name_of(item)) is not None]
            raise _fault(
                child.origin, f"there is no {name} to change{did_you_mean(name, names)}", "name"
            )
        if child.value is None:
            del items[places[0]]
        else:
            items[places[0]] = merge(items[places[0]], child)
    return replace(base, value=items)


def _split_assignment(assignment: str) -> tuple[str, str, str]:
    """Split at the first = that is not inside quotes."""
    quoted = False
    for place, letter in enumerate(assignment):
        if letter == '"':
            quoted = not quoted
        elif letter == "=" and not quoted:
            return assignment[:place].strip(), "=", assignment[place + 1 :]
    return assignment, "", ""


def _set_value(text: str, origin: Origin) -> Node:
    try:
        node = compose(Source(origin.file, f"v: {text.strip()}", (), fixed=origin))
    except ScenarioError as error:
        problem = error.problems[0]
        message = f"the value is not readable: {problem.message}; quote it if it is text"
        raise ScenarioError([origin.problem((), message, problem.code)]) from None
    assert isinstance(node.value, dict)
    if set(node.value) != {"v"}:
        raise _fault(origin, "the value must be on one line", "set")
    if node.value["v"].value is None and text.strip() not in {"null", "~"}:
        message = "a value is missing after =; null deletes, and # begins a comment unless quoted"
        raise _fault(origin, message, "set")
    return node.value["v"]


def _find_parent(top: Node, path: Path, origin: Origin) -> tuple[Node, str | int]:
    """Walk to the parent of the last part, making maps that the file did not write."""
    node = top
    actual: Path = ()
    for part in path[:-1]:
        step = _step(node, part)
        if step is None:
            node = _made(node, part, actual, path, origin)
            actual = (*actual, part)
        else:
            child = _child(node, step)
            assert child is not None
            node, actual = child, (*actual, step)
    return node, path[-1]


def _made(node: Node, part: str | int, actual: Path, path: Path, origin: Origin) -> Node:
    close = isinstance(node.value, dict) and nearest(str(part), node.value, LIKE_ENOUGH)
    if not isinstance(node.value, dict) or isinstance(part, int) or close:
        message = _nothing_there(node, part, actual)
        raise ScenarioError([origin.problem(path, message, "unknown_path")])
    node.value[part] = Node({}, origin, origin)
    return node.value[part]


def _put(parent: Node, last: str | int, value: Node, path: Path, origin: Origin) -> None:
    step = _step(parent, last)
    new_key = step is None and isinstance(parent.value, dict) and isinstance(last, str)
    if step is None and (not new_key or value.value is None):
        message = _nothing_there(parent, last, path[:-1])
        raise ScenarioError([origin.problem(path, message, "unknown_path")])
    place = last if step is None else step
    old = None if step is None else _child(parent, step)
    value.key = origin
    if old is not None:
        value.replaced = [replace(old, replaced=[]), *old.replaced]
    if value.value is None:
        del parent.value[place]  # type: ignore[union-attr, arg-type]
    else:
        parent.value[place] = value  # type: ignore[index]


def _step(node: Node, part: str | int) -> str | int | None:
    """Return the key or index that a part of a path means in a node, or None."""
    if isinstance(node.value, dict):
        return str(part) if str(part) in node.value else None
    if isinstance(node.value, list):
        if isinstance(part, int):
            return part if part < len(node.value) else None
        names = [_name_of(item, NAME_KEYS) for item in node.value]
        return names.index(part) if names.count(part) == 1 else None
    return None


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(node.value, dict):
        return node.value[str(step)]
    assert isinstance(node.value, list)
    assert isinstance(step, int)
    return node.value[step]


def _nothing_there(node: Node, part: str | int, actual: Path) -> str:
    place = path_text(actual) or "the scenario"
    if isinstance(node.value, dict):
        return f"{place} has no {part}{did_you_mean(str(part), node.value)}"
    if isinstance(node.value, list):
        names = [name for item in node.value if (name := _name_of(item, NAME_KEYS)) is not None]
        if isinstance(part, str) and names.count(part) > 1:
            return f"{place} has several {part}; say which by its number"
        return f"{place} has {len(node.value)} items and no {part}{did_you_mean(str(part), names)}"
    return f"{place} is a single value and has no {part}"
