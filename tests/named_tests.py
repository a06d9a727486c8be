"""The tests of this suite by name, so that a table may point at them and cannot point beside."""

import ast
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@cache
def tests_of(file: str) -> frozenset[str]:
    """Every test in ``tests/test_FILE.py``, methods of classes too."""
    path = HERE / f"test_{file}.py"
    if not path.exists():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(
        node.name.removeprefix("test_")
        for node in ast.walk(tree)
        if isinstance(node, functions) and node.name.startswith("test_")
    )


def exists(name: str) -> bool:
    """Whether ``file::what_it_says`` is a test."""
    file, _, test = name.partition("::")
    return test in tests_of(file)
