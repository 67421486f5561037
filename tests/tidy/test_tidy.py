"""House rules that a machine can hold: sizes, names that are banned and what to use instead, docstrings."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FUNCTION_LINES_MAX = 70
MODULE_LINES_MAX = 400
MODULES = sorted((ROOT / "sim").rglob("*.py"))
IDS = [path.relative_to(ROOT).as_posix() for path in MODULES]

BANNED_CALLS = {
    "print": (("sim/cli/",), "return the text; sim/cli prints"),
    "input": ((), "simulate asks nothing"),
    "exit": ((), "raise a SimError; sim/cli exits"),
    "sys.exit": (("sim/cli/",), "raise a SimError; sim/cli exits"),
    "os._exit": (("sim/cli/",), "raise a SimError; sim/cli exits"),
    "eval": ((), "read it with a parser"),
    "exec": (("sim/engine/compiled/rules.py", "sim/engine/compiled/jit.py"), "write it as code"),
    "time.time": (
        (),
        "the wall clock never enters a result; for progress, time.monotonic in sim/cli",
    ),
    "time.monotonic": (("sim/cli/", "sim/study/", "sim/engine/compiled"), "only progress needs it"),
    "datetime.now": ((), "the wall clock never enters a result"),
    "datetime.datetime.now": ((), "the wall clock never enters a result"),
    "date.today": ((), "the wall clock never enters a result"),
    "datetime.date.today": ((), "the wall clock never enters a result"),
}
BANNED_STARTS = {
    "np.random.": ((), "sim/draws.py is the only home of chance"),
    "numpy.random.": ((), "sim/draws.py is the only home of chance"),
    "random.": ((), "sim/draws.py is the only home of chance"),
    "secrets.": ((), "sim/draws.py is the only home of chance"),
}
BANNED_WORDS = {
    "fastmath": ((), "results must be the same on every machine"),
}
ARGV_READERS = ("sim/cli/",)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_functions_and_modules_can_be_read_at_a_sitting(path):
    text = path.read_text(encoding="utf-8")
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in functions(ast.parse(text))
        if node.end_lineno - node.lineno + 1 > FUNCTION_LINES_MAX
    ]
    assert not long
    assert len(text.splitlines()) <= MODULE_LINES_MAX


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_banned_calls_stay_in_their_places(path):
    found = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            called = dotted(node.func)
            rules = [BANNED_CALLS[called]] if called in BANNED_CALLS else []
            rules += [rule for start, rule in BANNED_STARTS.items() if called.startswith(start)]
            found += [
                f"line {node.lineno}: {called}: {instead}"
                for places, instead in rules
                if not name_of(path).startswith(places or ("-",))
            ]
            found += [
                f"line {node.lineno}: {word.arg}: {BANNED_WORDS[word.arg][1]}"
                for word in node.keywords
                if word.arg in BANNED_WORDS
            ]
        if isinstance(node, ast.Attribute) and dotted(node) == "sys.argv":
            if not name_of(path).startswith(ARGV_READERS):
                found.append(f"line {node.lineno}: sys.argv: only sim/cli reads the arguments")
    assert not found


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_public_names_say_what_they_are(path):
    tree = parsed(path)
    bare = [] if ast.get_docstring(tree) else ["the module"]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                bare.append(node.name)
    assert not bare


def model_classes(tree: ast.Module) -> Iterator[ast.ClassDef]:
    """Classes whose base is called Model, BaseModel, Spine or ends so: pydantic's, by the house's names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            bases = [dotted(base).rsplit(".", 1)[-1] for base in node.bases]
            if any(base.endswith(("Model", "Spine")) for base in bases):
                yield node


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_every_field_of_a_model_says_what_it_means(path):
    bare = []
    for cls in model_classes(parsed(path)):
        for node, after in zip(cls.body, [*cls.body[1:], None], strict=True):
            if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
                continue
            name = node.target.id
            private = name.startswith("_") or "ClassVar" in ast.unparse(node.annotation)
            told = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            if not private and not told and name != "model_config":
                bare.append(f"{cls.name}.{name}")
    assert not bare


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: write imports in full"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_name(path: Path) -> str:
    name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    return name.removesuffix(".__init__")


def test_every_module_is_imported_by_something():
    used = {name for path in MODULES for name in imports_of(path)}
    verbs = {f"sim.cli.{path.stem}" for path in (ROOT / "sim" / "cli").glob("*.py")}
    doors = {"sim", "sim.cli", *verbs}
    for path in MODULES:
        if path.name == "__init__.py":
            package = module_name(path)
            if any(name.startswith(f"{package}.") for name in used):
                doors.add(package)
    lonely = [name_of(path) for path in MODULES if module_name(path) not in used | doors]
    assert not lonely
