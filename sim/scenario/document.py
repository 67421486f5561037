"""A scenario as read: plain values, where each was written, and what it replaced.

    document = load_document("scenarios/claims_q3.yaml", sets=["rollout.phases.pilot.users=200"])
    scenario = validate(document, Scenario)
    drawn = validate(document, Scenario, choose=lambda path: draws.unknown(path))

Nothing here knows the scenario's models; `validate` takes the class.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sim.errors import Problem, QuantityError, ScenarioError
from sim.scenario import overlay
from sim.scenario.nodes import Node, Origin, compose, nodes_of, plain, source_of, walk
from sim.scenario.overlay import Loader
from sim.scenario.paths import Path, parse_path, path_text
from sim.scenario.problems import Fault, faults_of, order
from sim.scenario.unknown import (
    Unknown,
    find_unknowns,
    raw_unknowns,
    read_unknown,
    resolve,
    resolve_at,
)
from sim.vendors.unpublished import with_ranges

ModelType = TypeVar("ModelType", bound=BaseModel)
Choose = Callable[[Path], float]


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of the scenario, for `explain`."""

    path: Path
    value: Any
    origin: Origin
    replaced: tuple[tuple[Any, Origin], ...]
    """The values that it took the place of, the latest first, with their origins."""


@dataclass(frozen=True, slots=True)
class Document:
    """A loaded scenario. Treat it as frozen; `with_sets` returns a new one."""

    file: str
    """The first scenario's file as the user wrote it."""
    top: Node
    sets: tuple[str, ...] = ()
    """The `path=value` texts that were applied, in order."""
    whole: Node = field(init=False, repr=False)
    """As `top`, with the ranges of what vendors do not publish."""
    tree: dict[str, Any] = field(init=False)
    """The merged values as dicts, lists and scalars; unknowns are still mappings."""
    nodes: Mapping[Path, Node] = field(init=False, repr=False)
    """Every node by its path."""

    def __post_init__(self) -> None:
        whole = with_ranges(self.top)
        object.__setattr__(self, "whole", whole)
        object.__setattr__(self, "tree", plain(whole))
        object.__setattr__(self, "nodes", dict(walk(whole)))

    def origin(self, path: Path | str) -> Origin:
        """Return where a value was written; the nearest parent's origin if it is not there."""
        return self._nearest(_as_path(path)).origin

    def key_origin(self, path: Path | str) -> Origin:
        """Return where the key of a value was written."""
        node = self._nearest(_as_path(path))
        return node.key or node.origin

    def entries(self, under: Path | str = ()) -> Iterator[Entry]:
        """Yield every scalar value below a path, in the order of the file."""
        top, start = self.find(under)
        for path, node in walk(top, start):
            if not isinstance(node.value, dict | list):
                yield _entry(path, node)

    def find(self, path: Path | str) -> tuple[Node, Path]:
        """Return a node and its path with names turned into numbers.

        Raises `KeyError` with a sentence that holds the nearest right word.
        """
        return overlay.find(self.whole, _as_path(path))

    def entry(self, path: Path | str) -> Entry:
        """Return one value, with its origin and what it replaced; raises `KeyError` as `find`."""
        node, actual = self.find(path)
        return _entry(actual, node)

    def named_path(self, path: Path | str) -> str:
        """Return a path with names in place of list positions, where the names are unique.

        It addresses the luck of an unknown: adding a phase before it changes nothing.
        """
        named: list[str | int] = []
        node = self.whole
        for part in _as_path(path):
            named.append(overlay.name_in(node, part))
            node = overlay.find(node, (part,))[0]
        return path_text(named)

    def unknowns(self) -> tuple[Unknown, ...]:
        """Return every unknown; call after `validate`, which reports those that are wrong."""
        return find_unknowns(self.tree)

    def resolved(self, choose: Choose) -> dict[str, Any]:
        """Return the tree with each unknown at its u, `choose(path)` in [0, 1]."""
        tree: dict[str, Any] = resolve(self.tree, choose)
        return tree

    def with_sets(self, sets: Iterable[str]) -> Document:
        """Return a new document with more `path=value` texts applied; raises `ScenarioError`."""
        added = tuple(sets)
        top = copy.deepcopy(self.top)
        problems: list[Problem] = []
        for assignment in added:
            try:
                top = overlay.apply_set(top, assignment)
            except ScenarioError as error:
                problems += error.problems
        if problems:
            raise ScenarioError(problems)
        return Document(self.file, top, self.sets + added)

    def problem(
        self,
        path: Path | str,
        message: str,
        code: str = "value",
        *,
        at_key: bool = False,
        severity: str = "error",
    ) -> Problem:
        """Return a fault at a place of this scenario, for checks that the models cannot make."""
        place = _as_path(path)
        origin = self.key_origin(place) if at_key else self.origin(place)
        return origin.problem(place, message, code, severity)

    def _nearest(self, path: Path) -> Node:
        while path not in self.nodes:
            path = path[:-1]
        return self.nodes[path]


def load_document(file: str, sets: Sequence[str] = (), overlays: Sequence[str] = ()) -> Document:
    """Read a scenario file, what it extends, overlay files (`-f`), then `--set` texts.

    Raises `ScenarioError` with every fault that could be found.
    """
    loader = Loader(overlay.root_of(file))
    top = loader.load(file)
    for name in overlays:
        top = overlay.merge(top, Loader(overlay.root_of(name)).load(name))
    return _checked(Document(file, top)).with_sets(sets)


def document_from_text(text: str, file: str = "<text>", sets: Sequence[str] = ()) -> Document:
    """Read a scenario from text, for notebooks and tests; it cannot extend a file."""
    top = compose(source_of(file, text))
    return _from_top(top, file).with_sets(sets)


def document_from_tree(
    tree: Mapping[str, Any], file: str = "<tree>", sets: Sequence[str] = ()
) -> Document:
    """Take a scenario that is already plain values, such as that of `run.json`."""
    return _from_top(nodes_of(dict(tree), Origin(file)), file).with_sets(sets)


def validate(document: Document, model: type[ModelType], choose: Choose | None = None) -> ModelType:
    """Return the scenario as a model, with all its faults at once if it has any.

    Args:
        document: the loaded scenario.
        model: the class at the top of the scenario.
        choose: u in [0, 1] for the path of each unknown. Without it the unknowns stand at their
            likely values, and the low and high ends are checked as well.

    Raises `ScenarioError`; its problems are in the order of the files.
    """
    if choose is not None:
        return _validate_tree(document, model, document.resolved(choose))
    _refuse_bad_unknowns(document)
    faults: dict[tuple[Path, str], Fault] = {}
    for key in ("likely", "low", "high"):
        for fault in _faults(document, model, key):
            faults.setdefault((fault.path, fault.message), fault)
    if faults:
        raise ScenarioError(_problems(document, faults.values()))
    return model.model_validate(resolve_at(document.tree, "likely"))


def _validate_tree(document: Document, model: type[ModelType], tree: Any) -> ModelType:
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        raise ScenarioError(_problems(document, faults_of(error, tree))) from None


def _faults(document: Document, model: type[BaseModel], key: str) -> list[Fault]:
    """Return the faults with unknowns at one key; at the ends only those of the unknowns."""
    places = {path for path, _ in raw_unknowns(document.tree)}
    if key != "likely" and not places:
        return []
    tree = resolve_at(document.tree, key)
    try:
        model.model_validate(tree)
    except ValidationError as error:
        found = faults_of(error, tree)
    else:
        return []
    at_unknowns = [f.below(key) for f in found if f.path in places]
    others = [f for f in found if f.path not in places] if key == "likely" else []
    return at_unknowns + others


def _refuse_bad_unknowns(document: Document) -> None:
    problems = []
    for path, raw in raw_unknowns(document.tree):
        try:
            read_unknown(path, raw)
        except QuantityError as error:
            problems.append(document.problem(path, str(error), error.code))
    if problems:
        raise ScenarioError(problems)


def _problems(document: Document, faults: Iterable[Fault]) -> list[Problem]:
    found = []
    for fault in faults:
        origin = document.key_origin(fault.path) if fault.at_key else document.origin(fault.path)
        found.append(origin.problem(fault.path, fault.message, fault.code))
    return order(found, document.file)


def _from_top(top: Node, file: str) -> Document:
    top = overlay.only_mapping(top)
    assert isinstance(top.value, dict)
    if "extends" in top.value:
        problem = top.value["extends"].origin.problem(
            ("extends",), "only a scenario in a file can extend another", "extends"
        )
        raise ScenarioError([problem])
    return _checked(Document(file, top))


def _checked(document: Document) -> Document:
    """Refuse lists in which two items have the same name, as people would read it."""
    problems: list[Problem] = []
    for path, node in document.nodes.items():
        if isinstance(node.value, list):
            problems += _repeated_names(path, node.value)
    if problems:
        raise ScenarioError(order(problems, document.file))
    return document


def _repeated_names(path: Path, items: list[Node]) -> list[Problem]:
    problems: list[Problem] = []
    seen: dict[str, Node] = {}
    for index, item in enumerate(items):
        name = item.value.get("name") if isinstance(item.value, dict) else None
        if name is None or not isinstance(name.value, str):
            continue
        first = seen.setdefault(" ".join(name.value.casefold().split()), name)
        if first is not name:
            message = f'the name "{name.value}" is already taken at {first.origin}'
            problems.append(name.origin.problem((*path, index, "name"), message, "duplicate_name"))
    return problems


def _entry(path: Path, node: Node) -> Entry:
    replaced = tuple((plain(old), old.origin) for old in node.replaced)
    return Entry(path, plain(node), node.origin, replaced)


def _as_path(path: Path | str) -> Path:
    return parse_path(path) if isinstance(path, str) else path
