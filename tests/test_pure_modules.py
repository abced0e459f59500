"""Contract (d): the engines and the pure functions stand on the standard library alone."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = ["exchange.money", "exchange.identifiers", "exchange.calendar", "listings.catalogue.voting"]
ENGINES = ["listings.auctions.engine", "loans.servicing.engine"]


def imported(source: str, package: str) -> Iterator[str]:
    """The full names that a source imports, at any depth; relative ones resolved in `package`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Name) and node.id == "__import__":
            yield "__import__"


def strangers(source: str, *, package: str, own: str) -> set[str]:
    """The imports that are neither of the standard library, nor `own`, nor `exchange.money`."""
    allowed = (own + ".", "exchange.money.")
    return {
        name
        for name in imported(source, package)
        if name.split(".")[0] not in sys.stdlib_module_names and not (name + ".").startswith(allowed)
    }


def pure_sources() -> list[tuple[Path, str, str]]:
    """Path, package and allowed own name of every file under the contract."""
    found = []
    for module in MODULES:
        found.append((ROOT / (module.replace(".", "/") + ".py"), module.rpartition(".")[0], module))
    for engine in ENGINES:
        folder = ROOT / engine.replace(".", "/")
        for path in sorted(folder.rglob("*.py")):
            package = ".".join(path.relative_to(ROOT).parent.parts)
            found.append((path, package, engine))
    return found


def test_pure_modules_import_the_standard_library_alone():
    sources = pure_sources()
    sys.stderr.write(f"contract (d): looked at {len(sources)} pure files\n")
    assert len(sources) >= len(MODULES)
    wrong = {}
    for path, package, own in sources:
        if found := strangers(path.read_text(encoding="utf-8"), package=package, own=own):
            wrong[str(path.relative_to(ROOT))] = found
    assert not wrong


def test_an_engine_has_files_where_its_folder_is():
    for engine in ENGINES:
        folder = ROOT / engine.replace(".", "/")
        assert not folder.exists() or list(folder.rglob("*.py")), f"{engine} is empty"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import django", {"django"}),
        ("import os, django.conf", {"django.conf"}),
        ("def f():\n    from django.db import models", {"django.db.models"}),
        ("from exchange import clock", {"exchange.clock"}),
        ("from exchange.moneyed import x", {"exchange.moneyed.x"}),
        ("from ..services import bidding", {"listings.auctions.services.bidding"}),
        ("from .. import models", {"listings.auctions.models"}),
        ("if True:\n    import psycopg", {"psycopg"}),
        ("__import__('django')", {"__import__"}),
        ("import json, decimal\nfrom collections.abc import Iterator", set()),
        ("from exchange.money import share_bp\nfrom exchange import money", set()),
        ("from . import rules\nfrom .state import State\nfrom listings.auctions.engine.rules import Rules", set()),
    ],
)
def test_a_made_up_offender_is_found(source: str, found: set[str]):
    engine = "listings.auctions.engine"
    assert strangers(source, package=engine, own=engine) == found


@pytest.mark.parametrize("module", MODULES)
def test_a_pure_module_loads_without_django(module: str):
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {module}; "
        "assert not {'django', 'celery'} & set(sys.modules), 'Django came in'"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
