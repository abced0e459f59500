"""`manage.py draw_states --write | --check`: docs/states.md, drawn from every model's `NEXT`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import models
from django.utils.translation import override

PAGE = Path("docs/states.md")
HEAD = """\
# The states of everything that moves

Drawn from the `NEXT` table of each model by `manage.py draw_states --write`; `--check` fails when this page is
stale. A row moves only by `exchange.states.move()`, which refuses whatever is not an arrow here. The first arrow
is where a row begins that is made here; an imported one may begin further on.
"""


class Command(BaseCommand):
    """Draw the graphs of states, or say that the page no longer fits them; needs no database."""

    help = "Write docs/states.md from every model's NEXT (--write), or fail when it is stale (--check)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Write or check, the project's page or another one."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--write", action="store_true", help="write the page")
        what.add_argument("--check", action="store_true", help="fail when the page is stale")
        parser.add_argument("--file", type=Path, default=settings.BASE_DIR / PAGE, help="another page")

    def handle(self, *args: Any, **options: Any) -> None:
        """Draw, then write or compare; prints the counts, and fails on none."""
        found = stateful()
        counts = f"{len(found)} graphs, {sum(len(edges(model)) for model in found)} edges"
        if not found:
            raise CommandError(f"{counts}: no model with NEXT was found")
        path: Path = options["file"]
        text = page(found)
        if options["write"]:
            path.write_text(text, "utf-8")
        elif not path.exists() or path.read_text("utf-8") != text:
            raise CommandError(f"{counts}, and {path.name} shows others: run manage.py draw_states --write")
        self.stdout.write(counts)


def stateful() -> list[type[models.Model]]:
    """Return every model with a graph of states, in the order of the stages and of each models file."""
    return [model for model in apps.get_models() if hasattr(model, "NEXT")]


def edges(model: type[models.Model]) -> list[tuple[str, str]]:
    """Return the model's moves as (from, to), in the order in which it declares its states.

    `CommandError` when an end of an edge is not one of the states.
    """
    order = list(_labels(model))
    found = [(str(now), str(to)) for now, targets in _graph(model).items() for to in targets]
    for edge in found:
        if not set(edge) <= set(order):
            raise CommandError(f"{model.__name__}.NEXT has the edge {' → '.join(edge)}, and not both are its states")
    return sorted(found, key=lambda edge: (order.index(edge[0]), order.index(edge[1])))


def page(found: list[type[models.Model]]) -> str:
    """Return the whole page in Markdown."""
    return "\n".join([HEAD, *(_section(model) for model in found)])


def _section(model: type[models.Model]) -> str:
    with override("en"):
        states = {value: str(label) for value, label in _labels(model).items()}
    moves = edges(model)
    start = _field(model).default
    lines = [f'  state "{label}" as {value}' for value, label in states.items()]
    if start is not models.NOT_PROVIDED:
        lines.append(f"  [*] --> {start}")
    lines += [f"  {now} --> {to}" for now, to in moves]
    leaving = {now for now, _to in moves}
    lines += [f"  {value} --> [*]" for value in states if value not in leaving]
    title = f"## {model._meta.label}\n\nStates: {len(states)}, moves: {len(moves)}.\n"
    return "\n".join([title, "```mermaid", "stateDiagram-v2", *lines, "```", ""])


def _field(model: type[models.Model]) -> Any:
    return model._meta.get_field("state")


def _labels(model: type[models.Model]) -> dict[str, Any]:
    return dict(_field(model).choices)


def _graph(model: type[models.Model]) -> dict[Any, set[Any]]:
    return model.NEXT  # type: ignore[attr-defined]
