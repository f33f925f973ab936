"""The order of the modules: each imports only what lies below it, and nothing heavy before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "cleaner"

LAYERS = (
    ("errors",),
    ("model",),
    ("lines", "edits", "patterns", "lazy", "scanner", "tables", "document", "version", "ftfy_gate"),
    ("rules", "rulefile", "matches", "scan_plan", "matcher", "language", "langprofiles", "settings"),
    ("stages.*", "stages"),
    ("catalogue", "result", "annotations", "parallel", "chain", "arrow"),
    ("selfcheck", "mine", "mine_counts", "mine_rules", "prior", "lost_links"),
    ("corpus.*", "corpus", "atomic"),
    ("reports.*", "reports"),
    ("commands.*", "commands"),
    ("cli",),
    ("__main__",),
)
"""From the bottom up. A module may import those of its own layer, but never in a circle."""

HEAVY = {
    "numpy", "pyarrow", "trafilatura", "ftfy", "langdetect", "lxml", "fsspec", "s3fs", "ray", "zstandard", "fastwarc", "regex", "hyperscan",
    "ahocorasick_rs", "scipy", "sklearn",
}  # fmt: skip
"""What a check of a small clean file must not wait for."""
SLOW_PARTS = {"asyncio", "multiprocessing", "concurrent.futures", "email", "http", "urllib.request", "unittest", "xml"}
"""Parts of the standard library that the command line must not wait for either."""


@cache
def modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted(PACKAGE.rglob("*.py"))
    }


@cache
def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


def _imports(path: Path, name: str, *, everywhere: bool) -> set[str]:
    """Full names that a module imports at its top level, or anywhere; what only type checkers read is left out."""
    found: set[str] = set()

    def visit(node: ast.AST, top: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            if isinstance(child, ast.Import) and (top or everywhere):
                found.update(alias.name for alias in child.names)
            elif isinstance(child, ast.ImportFrom) and (top or everywhere):
                assert child.level == 0, f"{name}: relative import"
                assert child.module is not None
                for alias in child.names:
                    whole = f"{child.module}.{alias.name}"
                    found.add(whole if whole in modules() else child.module)
            visit(child, top and not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)))

    visit(_parse(path), True)
    return found


def layer(name: str) -> int:
    short = name.removeprefix("cleaner.")
    for index, members in enumerate(LAYERS):
        if short in members or f"{short.partition('.')[0]}.*" in members:
            return index
    raise AssertionError(f"{name} has no layer; give it one in tests/test_layers.py")


def own(imports: set[str]) -> set[str]:
    return {name for name in imports if name.startswith("cleaner.")}


@pytest.mark.parametrize("name", [name for name in modules() if name != "cleaner"])
def test_a_module_imports_only_from_its_layer_and_below(name: str) -> None:
    upwards = {other for other in own(_imports(modules()[name], name, everywhere=False)) if layer(other) > layer(name)}
    assert not upwards, f"{name} imports from above: {sorted(upwards)}"


@pytest.mark.parametrize("name", [name for name in modules() if name != "cleaner"])
def test_the_root_is_for_users_alone(name: str) -> None:
    """Inside, a name is imported from where it is made."""
    assert name == "cleaner.__main__" or "cleaner" not in _imports(modules()[name], name, everywhere=True)


@pytest.mark.parametrize("name", modules())
def test_nothing_heavy_at_module_level(name: str) -> None:
    heavy = {other.partition(".")[0] for other in _imports(modules()[name], name, everywhere=False)} & HEAVY
    assert not heavy, f"{name} imports {sorted(heavy)} before it is needed"


def test_no_cycles() -> None:
    graph = {name: own(_imports(path, name, everywhere=False)) & set(modules()) for name, path in modules().items()}
    # A package's folder is imported with each of its modules.
    done: set[str] = set()
    under_way: list[str] = []

    def visit(name: str) -> None:
        assert name not in under_way, " -> ".join((*under_way[under_way.index(name) :], name))
        if name in done:
            return
        under_way.append(name)
        for other in sorted(graph[name]):
            visit(other)
        under_way.pop()
        done.add(name)

    for name in graph:
        visit(name)


def test_importing_the_package_and_its_command_line_loads_nothing_heavy() -> None:
    program = f"import sys, cleaner, cleaner.cli; print(*sorted({(HEAVY | SLOW_PARTS)!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == []


def test_modules_stay_small() -> None:
    long = {name: len(path.read_bytes().splitlines()) for name, path in modules().items()}
    assert {name: size for name, size in long.items() if size > 450} == {}


def test_library_modules_say_what_they_export() -> None:
    silent = [
        name
        for name, path in modules().items()
        if not any(
            isinstance(node, (ast.Assign, ast.AnnAssign)) and "__all__" in ast.unparse(node).partition("=")[0]
            for node in _parse(path).body
        )
        and len(_parse(path).body) > 1
        and name not in ("cleaner.__main__", "cleaner.version")
        and not name.startswith("cleaner.commands.")  # each offers its one verb to the command line
    ]
    assert silent == []


def test_every_module_and_every_public_thing_says_what_it_is() -> None:
    silent = []
    for name, path in modules().items():
        tree = _parse(path)
        if tree.body and not ast.get_docstring(tree):
            silent.append(name)
        for node in tree.body:
            if (
                isinstance(node, (ast.FunctionDef, ast.ClassDef))
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
            ):
                silent.append(f"{name}.{node.name}")
    assert silent == []


FORBIDDEN_CALLS = {"eval", "exec", "pickle.load", "pickle.loads", "yaml.load", "os.system", "__import__"}


@pytest.mark.parametrize("name", modules())
def test_no_call_that_runs_what_it_reads(name: str) -> None:
    calls = {ast.unparse(node.func) for node in ast.walk(_parse(modules()[name])) if isinstance(node, ast.Call)}
    assert calls & FORBIDDEN_CALLS == set()
