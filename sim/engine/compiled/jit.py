"""How the compiled engine is compiled: once a machine, into a cache that knows its sources.

Numba's own cache looks at the file of the function that is cached, and returns stale machine code when a
function in another file has changed. The cache folder is therefore named after a hash of every source
that goes into the kernel.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable
from enum import IntEnum
from itertools import chain
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

import numba
from numba import types
from numba.extending import intrinsic

from sim.cache import folder_for

CONFIG: Any = numba.config
numba_types: Any = types

SOURCES = (
    "engine",
    "limits",
    "policies/breaker.py",
    "plan/columns.py",
    "outcome.py",
    "draws.py",
    "units.py",
)
"""What the kernel is made of, below the package's folder."""


BORROWED = {"sim.limits.token_bucket"}
"""Modules of rules whose functions other rules use."""


def cache_folder() -> Path:
    """Where the kernel's machine code is kept."""
    package = Path(__file__).parents[2]
    places = [package / name for name in SOURCES]
    files = [sorted(place.rglob("*.py")) if place.is_dir() else [place] for place in places]
    return folder_for(chain(*files), numba.__version__, str(CONFIG.BOUNDSCHECK))


CONFIG.CACHE_DIR = str(cache_folder())


@intrinsic
def _data(_context: Any, array: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, arguments[0]).data

    return numba_types.CPointer(array.dtype)(array), build


@intrinsic
def _offset(_context: Any, pointer: Any, offset: Any) -> Any:  # noqa: ARG001 - typed by position
    def build(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.gep(arguments[0], [arguments[1]])

    return pointer(pointer, numba_types.int64), build


def _same(array: Any) -> Any:
    return array


def _from_place(array: Any, offset: int) -> Any:
    return array[offset:]


def _bare_data(array: Any) -> Any:
    return data_of(array)


def _bare_from_place(array: Any, offset: int) -> Any:
    return offset_of(array, offset)


data_of: Any = _data
offset_of: Any = _offset
bare: Any = _same
"""The array's data alone: what is passed to every part should be one word.

The kernel's caller holds the array for as long as the kernel runs. Where indexes are to be checked, or
nothing is compiled, the array stays an array.
"""
at: Any = _from_place
"""The array from a place on."""

if CONFIG.BOUNDSCHECK and not CONFIG.DISABLE_JIT:
    bare = numba.njit(_same)
    at = numba.njit(_from_place)
elif not CONFIG.DISABLE_JIT:
    bare = numba.njit(_bare_data)
    at = numba.njit(_bare_from_place)


class _Codes(ast.NodeTransformer):
    """Writes `7` for `Node.SERVERS`: names of codes cost the compiler, and plain Python, more than numbers."""

    def __init__(self, scope: dict[str, Any]) -> None:
        self._scope = scope

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        codes = self._scope.get(node.value.id) if isinstance(node.value, ast.Name) else None
        if isinstance(codes, type) and issubclass(codes, IntEnum):
            return ast.copy_location(ast.Constant(int(codes[node.attr])), node)
        return self.generic_visit(node)


def numbered(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function with numbers in place of the names of codes."""
    lines, first = inspect.getsourcelines(function)
    tree = ast.parse(textwrap.dedent("".join(lines)))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list = []
    definition.returns = None
    for argument in definition.args.args:
        argument.annotation = None
    tree = ast.increment_lineno(_Codes(function.__globals__).visit(tree), first - 1)
    scope: dict[str, Any] = {}
    exec(compile(tree, function.__code__.co_filename, "exec"), function.__globals__, scope)
    made: Callable[..., Any] = scope[function.__name__]
    return made


def part(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a part of the kernel."""
    return once(numbered(function))


def leaf(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a small part of the kernel into whatever calls it."""
    return once(numbered(function), forceinline=True)


def once(function: Callable[..., Any], *, forceinline: bool = False) -> Any:
    """Compile a part once for all constants that it is called with, not once for each.

    Only the kernel is called from C or from Python, so parts need no wrapper for C.
    """
    njit: Any = numba.njit
    compiled: Any = njit(function, forceinline=forceinline, no_cfunc_wrapper=True)
    if CONFIG.DISABLE_JIT:
        return compiled
    ask = compiled.get_call_template

    def ask_without_constants(arguments: Any, names: Any) -> Any:
        return ask(tuple(numba_types.unliteral(each) for each in arguments), names)

    compiled.get_call_template = ask_without_constants
    return compiled


def module(source: ModuleType) -> SimpleNamespace:
    """All functions of a plain module, compiled to call each other: the arithmetic that engines share.

    A function that it has from another kind of limit is compiled as well.
    """
    scope = dict(vars(source))
    scope |= {
        name: vars(module(sys.modules[value.__module__]))[name]
        for name, value in vars(source).items()
        if isinstance(value, FunctionType) and value.__module__ in BORROWED - {source.__name__}
    }
    compiled = {
        name: once(FunctionType(value.__code__, scope, name, value.__defaults__))
        for name, value in vars(source).items()
        if isinstance(value, FunctionType) and value.__module__ == source.__name__
    }
    scope.update(compiled)
    return SimpleNamespace(**compiled)


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile the kernel and keep its machine code."""
    compiled: Callable[..., Any] = numba.njit(cache=True)(function)
    return compiled
