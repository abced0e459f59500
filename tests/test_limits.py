"""The limits of the house: each held over the whole tree, and each shown to find a made-up offender.

A limit reads a path and a text and yields "line: what is wrong". Complexity is held by ruff (C901), layers by
import-linter, the standard library of the engines by `test_pure_modules.py`.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parent.parent
Limit = Callable[[PurePosixPath, str], Iterator[str]]

WRITES = {"save", "delete", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
WRITES |= {"a" + name for name in WRITES}
QUERIES = {"objects", "all", "filter", "exclude", "select_for_update", "lock", "lock_all"}
STORES = {"cache", "session"}  # they have delete() too, and hold nothing that matters

CLOCKS = {
    "timezone": {"now", "localtime", "localdate"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
}
FIELD_CLOCKS = {"auto_now", "auto_now_add"}

# record("listing.approved", subject=…) is the grammar that architecture §4 draws.
POSITIONAL_ON_PURPOSE = {("exchange/journal/services.py", name) for name in ("record", "record_all")}


def functions(text: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def name_of(node: ast.AST) -> str:
    """The last name of `a`, `x.a` or `x.a()`."""
    if isinstance(node, ast.Call):
        return name_of(node.func)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def is_module_of(path: PurePosixPath, *names: str) -> bool:
    """Whether the file is `views.py`, or lies in a package `views/` that grew out of it."""
    return path.stem in names or bool(set(path.parts[:-1]) & set(names))


def at_most(limit: int) -> Limit:
    def long_file(path: PurePosixPath, text: str) -> Iterator[str]:
        if (lines := len(text.splitlines())) > limit:
            yield f"{limit + 1}: {lines} lines, {limit} are allowed"

    return long_file


def long_function(path: PurePosixPath, text: str) -> Iterator[str]:
    for function in functions(text):
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > 60:
            yield f"{function.lineno}: {function.name} has {lines} lines, 60 are allowed"


def hidden_import(path: PurePosixPath, text: str) -> Iterator[str]:
    for function in functions(text):
        if path.name == "apps.py" and function.name == "ready":
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield f"{node.lineno}: import inside {function.name}"


def write_outside_services(path: PurePosixPath, text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name, receiver = node.func.attr, node.func.value
        chain = {name_of(part) for part in ast.walk(receiver)}
        rows_updated = name in ("update", "aupdate") and chain & QUERIES
        if rows_updated or (name in WRITES and name_of(receiver) not in STORES):
            yield f"{node.lineno}: .{name}() belongs in a service"


def positional_service(path: PurePosixPath, text: str) -> Iterator[str]:
    for node in ast.parse(text).body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        if not node.decorator_list and "by" not in {arg.arg for arg in node.args.kwonlyargs}:
            continue  # a part of services beside it, not a verb that somebody calls
        loose = [*node.args.posonlyargs, *node.args.args, *([node.args.vararg] if node.args.vararg else [])]
        if loose and (str(path), node.name) not in POSITIONAL_ON_PURPOSE:
            yield f"{node.lineno}: {node.name} takes {', '.join(arg.arg for arg in loose)} without a name"


def other_clock(path: PurePosixPath, text: str) -> Iterator[str]:
    tree = ast.parse(text)
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            aliases |= {alias.asname or alias.name: alias.name for alias in node.names}
            if node.module == "django.utils.timezone" and {a.name for a in node.names} & CLOCKS["timezone"]:
                yield f"{node.lineno}: reads the machine's clock; use exchange.clock"
            if node.module == "django.db.models.functions" and "Now" in {a.name for a in node.names}:
                yield f"{node.lineno}: now() stands still in a transaction; use exchange.clock"
        elif isinstance(node, ast.keyword) and node.arg in FIELD_CLOCKS:
            yield f"{node.value.lineno}: {node.arg} reads the machine's clock; use exchange.clock"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = name_of(node.value)
            if node.attr in CLOCKS.get(aliases.get(owner, owner), ()):
                yield f"{node.lineno}: {owner}.{node.attr} reads the machine's clock; use exchange.clock"


def inline_code(path: PurePosixPath, text: str) -> Iterator[str]:
    # Template tags and comments may say style="…" to each other; only what reaches the browser counts.
    blank = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|{%.*?%}|{{.*?}}|<!--.*?-->", re.DOTALL)
    text = blank.sub(lambda found: "\n" * found.group().count("\n"), text)
    reasons = {
        r"""[\s"']style\s*=""": "inline style=",
        r"<style\b": "inline style sheet",
        r"""<script\b(?![^>]*\s(?:src\s*=|type\s*=\s*["']?application/json))""": "inline script",
        r"""[\s"'](?:on[a-z]+|hx-on[:\w-]*)\s*=""": "inline event handler",
        r"javascript:": "script in an address",
    }
    for pattern, reason in reasons.items():
        for found in re.finditer(pattern, text, re.IGNORECASE):
            yield f"{text.count(chr(10), 0, found.start() + 1) + 1}: {reason}, which the page's CSP blocks"


def python(*, tests: bool) -> list[Path]:
    folders = ("exchange", "listings", "loans", *(("tests",) if tests else ()))
    files = [ROOT / "manage.py", *(path for folder in folders for path in (ROOT / folder).rglob("*.py"))]
    return [path for path in files if "migrations" not in path.parts]


def modules(*names: str) -> list[Path]:
    return [path for path in python(tests=False) if is_module_of(PurePosixPath(path.relative_to(ROOT)), *names)]


def under_legal_time() -> list[Path]:
    """Everything but the clock itself and the commands that only write data files (`make_…`)."""
    return [path for path in python(tests=False) if path != ROOT / "exchange/clock.py" and path.stem[:5] != "make_"]


def templates() -> list[Path]:
    return [path for path in (ROOT / "templates").rglob("*") if path.is_file()]


def stylesheets() -> list[Path]:
    return [path for folder in ("exchange", "listings", "loans") for path in (ROOT / folder).rglob("*.css")]


LIMITS: dict[str, tuple[Limit, Callable[[], list[Path]]]] = {
    "a Python file has at most 400 lines": (at_most(400), lambda: python(tests=True)),
    "a template has at most 200 lines": (at_most(200), templates),
    "a stylesheet has at most 400 lines": (at_most(400), stylesheets),
    "a function has at most 60 lines": (long_function, lambda: python(tests=False)),
    "imports stand at the top": (hidden_import, lambda: python(tests=False)),
    "only services write": (write_outside_services, lambda: modules("views", "api", "tasks", "forms")),
    "services are called by names": (positional_service, lambda: modules("services")),
    "legal time comes from the database": (other_clock, under_legal_time),
    "templates hold no code": (inline_code, templates),
}


@pytest.mark.parametrize("name", LIMITS)
def test_the_tree_keeps_the_limit(name: str, capsys: pytest.CaptureFixture[str]):
    limit, select = LIMITS[name]
    files = select()
    faults = []
    for path in files:
        relative = PurePosixPath(path.relative_to(ROOT))
        faults += [f"{relative}:{fault}" for fault in limit(relative, path.read_text(encoding="utf-8"))]
    with capsys.disabled():
        sys.stderr.write(f"\n{name}: looked at {len(files)} files ")
    assert files, "no file was looked at: has the tree moved?"
    assert not faults, "\n".join(faults)


def lines(count: int) -> str:
    return "x = 1\n" * count


def function_of(count: int) -> str:
    return "def long():\n" + "    x = 1\n" * (count - 1)


OFFENDERS = [
    ("a Python file has at most 400 lines", "a/models.py", lines(401)),
    ("a template has at most 200 lines", "templates/a.html", lines(201)),
    ("a stylesheet has at most 400 lines", "a/static/a.css", lines(401)),
    ("a function has at most 60 lines", "a/models.py", function_of(61)),
    (
        "a function has at most 60 lines",
        "a/models.py",
        "class A:\n    async " + function_of(61).replace("    ", " " * 8),
    ),
    ("imports stand at the top", "a/models.py", "def f():\n    import json"),
    ("imports stand at the top", "a/models.py", "class A:\n    def ready(self):\n        from a import b"),
    ("imports stand at the top", "a/apps.py", "def f():\n    if True:\n        import json"),
    ("only services write", "a/views.py", "def f():\n    Listing.objects.create(price=1)"),
    ("only services write", "a/views/review.py", "def f(listing):\n    listing.save()"),
    ("only services write", "a/api.py", "def f(listing):\n    listing.delete()"),
    ("only services write", "a/tasks.py", "def f():\n    Listing.objects.filter(pk=1).update(price=1)"),
    ("only services write", "a/tasks.py", "async def f():\n    await Bid.objects.abulk_create([])"),
    ("only services write", "a/forms.py", "class F:\n    def done(self):\n        super().save()"),
    ("services are called by names", "a/services.py", "def approve(listing_id, *, by): ..."),
    ("services are called by names", "a/services/review.py", "async def approve(*ids, by): ..."),
    ("services are called by names", "a/services.py", "@transaction.atomic\ndef approve(listing_id): ..."),
    ("legal time comes from the database", "a/services.py", "from django.utils import timezone\nx = timezone.now()"),
    (
        "legal time comes from the database",
        "a/models.py",
        "from django.utils import timezone as t\nx = F(default=t.now)",
    ),
    ("legal time comes from the database", "a/models.py", "from django.utils.timezone import now"),
    ("legal time comes from the database", "a/models.py", "from django.db.models.functions import Now"),
    ("legal time comes from the database", "a/models.py", "at = DateTimeField(auto_now_add=True)"),
    ("legal time comes from the database", "a/services.py", "import datetime\nx = datetime.datetime.now(UTC)"),
    ("legal time comes from the database", "a/services.py", "from datetime import datetime as d\nx = d.utcnow()"),
    ("legal time comes from the database", "a/services.py", "from datetime import date\nx = date.today()"),
    ("templates hold no code", "templates/a.html", '<p\nstyle="color:red">'),
    ("templates hold no code", "templates/a.html", "<p class='a'style = 'x'>"),
    ("templates hold no code", "templates/a.html", "<style>p {}</style>"),
    ("templates hold no code", "templates/a.html", "<script>go()</script>"),
    ("templates hold no code", "templates/a.html", '<script type="module" nonce="x">go()</script>'),
    ("templates hold no code", "templates/a.html", '<a onclick="go()">'),
    ("templates hold no code", "templates/a.html", '<a hx-on:click="go()">'),
    ("templates hold no code", "templates/a.html", '<a href="JavaScript:go()">'),
]
INNOCENTS = [
    ("a Python file has at most 400 lines", "a/models.py", lines(400)),
    ("a template has at most 200 lines", "templates/a.html", lines(200)),
    ("a stylesheet has at most 400 lines", "a/static/a.css", lines(400)),
    ("a function has at most 60 lines", "a/models.py", "@decorated\n" + function_of(60)),
    ("imports stand at the top", "a/apps.py", "class A:\n    def ready(self):\n        from a import reactions"),
    ("imports stand at the top", "a/models.py", "if TYPE_CHECKING:\n    import json"),
    ("only services write", "a/views.py", "context.update(a=1)\ncache.delete('a')\nrequest.session.delete()\nsave(1)"),
    ("services are called by names", "a/services.py", "def approve(*, listing_id, by): ...\ndef lock(pk): ..."),
    ("services are called by names", "exchange/journal/services.py", "def record(kind, *, by): ..."),
    ("legal time comes from the database", "a/services.py", "x = legal_now()\ny = row.now\nz = datetime.combine(d, t)"),
    ("templates hold no code", "templates/a.html", '{# style="a" #}{% include "x" with style="a" %}<i data-style="a">'),
    ("templates hold no code", "templates/a.html", '<script defer src="a.js"></script><p class="once">on = off</p>'),
    ("templates hold no code", "templates/a.html", '<script id="a" type="application/json">{}</script>'),
]


@pytest.mark.parametrize(("name", "path", "text"), OFFENDERS)
def test_a_made_up_offender_is_found(name: str, path: str, text: str):
    limit, _ = LIMITS[name]
    assert len(list(limit(PurePosixPath(path), text))) == 1


@pytest.mark.parametrize(("name", "path", "text"), INNOCENTS)
def test_what_is_allowed_is_left_alone(name: str, path: str, text: str):
    limit, _ = LIMITS[name]
    assert list(limit(PurePosixPath(path), text)) == []


def test_every_limit_has_an_offender_and_an_innocent():
    for cases in (OFFENDERS, INNOCENTS):
        assert {name for name, _, _ in cases} == set(LIMITS)


def test_packages_that_grew_out_of_a_module_are_looked_at_too():
    assert is_module_of(PurePosixPath("a/services/bidding.py"), "services")
    assert is_module_of(PurePosixPath("a/services.py"), "services")
    assert not is_module_of(PurePosixPath("a/selectors.py"), "services")
