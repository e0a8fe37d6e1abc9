"""The code that ran, cut out of its modules so that it runs elsewhere.

What a page shows and what a script contains are exactly the functions that made the picture, with
the functions, constants and imports they need. Nothing is written twice.
"""

import ast
import builtins
import importlib
import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any

_HOME = __name__.split(".")[0]


@dataclass
class Excerpt:
    """Definitions cut out of modules.

    Attributes:
        imports: Module -> names imported from it; the empty name is the module itself, and a name
            may carry its alias as "numpy as np".
        definitions: Qualified name -> source text, each after all that it needs.
    """

    imports: dict[str, set[str]] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The excerpt as a module: imports, then definitions."""
        lines = [f"import {name}" for name in sorted(self.imports.get("", ()))]
        for module, names in sorted(self.imports.items(), key=lambda item: item[0].lower()):
            if module:
                lines.append(f"from {module} import {', '.join(sorted(names))}")
        return "\n".join(lines) + "\n\n\n" + "\n\n\n".join(self.definitions.values()) + "\n"


def excerpt(functions: Iterable[Callable[..., Any]], docstrings: bool = False) -> Excerpt:
    """Cuts functions out of this package, with all that they need of it.

    Args:
        functions: Functions defined at the top of a module of this package.
        docstrings: Whether docstrings are kept.

    Returns:
        Imports of other packages only; definitions in an order in which they can be run.
    """
    result = Excerpt()
    for function in functions:
        _collect(function.__module__, function.__name__, result, docstrings)
    return result


def _collect(module: str, name: str, result: Excerpt, docstrings: bool) -> None:
    """Adds a module's name, after what it needs, to the excerpt."""
    key = f"{module}.{name}"
    statement = _statements(module).get(name)
    if statement is None or key in result.definitions:
        return
    if isinstance(statement, ast.Import):
        alias = next(a for a in statement.names if _bound(a) == name)
        result.imports.setdefault("", set()).add(ast.unparse(alias))
    elif isinstance(statement, ast.ImportFrom):
        alias = next(a for a in statement.names if (a.asname or a.name) == name)
        if statement.module and statement.module.split(".")[0] == _HOME:
            _collect(statement.module, alias.name, result, docstrings)
        else:
            result.imports.setdefault(statement.module or "", set()).add(ast.unparse(alias))
    else:
        for needed in _names_in(statement):
            if needed != name:
                _collect(module, needed, result, docstrings)
        result.definitions[key] = _text(module, statement, docstrings)


@cache
def _names_in(statement: ast.stmt) -> list[str]:
    """Returns the names a definition uses that may be defined elsewhere, in order."""
    used = (node.id for node in ast.walk(statement) if isinstance(node, ast.Name))
    return [name for name in dict.fromkeys(used) if not hasattr(builtins, name)]


def _text(module: str, statement: ast.stmt, docstrings: bool) -> str:
    """Returns a definition's own lines, comments included, with or without its docstring."""
    lines = _source(module).splitlines()
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        first = min([first, *(decorator.lineno for decorator in statement.decorator_list)])
    numbers = range(first, last + 1)
    if isinstance(statement, ast.FunctionDef) and ast.get_docstring(statement) and not docstrings:
        doc = statement.body[0]
        dropped = range(doc.lineno, (doc.end_lineno or doc.lineno) + 1)
        return "\n".join(lines[n - 1] for n in numbers if n not in dropped)
    return "\n".join(lines[n - 1] for n in numbers)


@cache
def _source(module: str) -> str:
    return inspect.getsource(_module(module))


@cache
def _statements(module: str) -> dict[str, ast.stmt]:
    """Returns the statement by which each name of a module is bound at its top."""
    bound: dict[str, ast.stmt] = {}
    for statement in ast.parse(_source(module)).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            bound[statement.name] = statement
        elif isinstance(statement, ast.Import):
            bound |= {_bound(alias): statement for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            bound |= {alias.asname or alias.name: statement for alias in statement.names}
        elif isinstance(statement, ast.Assign):
            bound |= {t.id: statement for t in statement.targets if isinstance(t, ast.Name)}
    return bound


def _bound(alias: ast.alias) -> str:
    """Returns the name that `import a.b` binds, which is `a`, or that of `import a.b as c`: `c`."""
    return alias.asname or alias.name.partition(".")[0]


def _module(name: str) -> ModuleType:
    return sys.modules.get(name) or importlib.import_module(name)
