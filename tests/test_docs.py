"""The project's own texts against the code: settings, states, accounts, links. What is not true there fails here."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, get_commands

from exchange.accounts.demo import demo_accounts

ROOT = Path(__file__).parent.parent
CODE = ("exchange", "listings", "loans")
READERS = {"text", "flag", "number", "choice", "web_address", "words", "database", "redis"}  # exchange/environment.py
BY_OTHER_NAMES = {"exchange/environment.py", "exchange/embedded/servers.py", "exchange/embedded/testing.py"}
NOT_OURS = {"PATH", "X"}  # X is what test_environment.py makes up

Read = tuple[str, ast.expr | None]


def files(*folders: str) -> list[Path]:
    return [ROOT / "manage.py", *(path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))]


def is_environ(node: ast.expr) -> bool:
    return (node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")) == "environ"


def key_and_default(node: ast.AST) -> tuple[ast.expr, ast.expr | None] | None:
    """What `node` looks up in the environment, if it does."""
    if isinstance(node, ast.Subscript) and is_environ(node.value) and isinstance(node.ctx, ast.Load):
        return node.slice, None
    if not (isinstance(node, ast.Call) and node.args):
        return None
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    ours = isinstance(owner, ast.Name) and owner.id in {"env", "environment"} and name in READERS
    plain = owner is not None and is_environ(owner) and name in {"get", "setdefault", "pop"}
    if ours or plain or name == "getenv":
        return node.args[0], node.args[1] if len(node.args) > 1 else None
    return None


def variables(text: str) -> Iterator[Read]:
    """The variables that a module reads, with their defaults; "?" for one whose name is not written there."""
    for node in ast.walk(ast.parse(text)):
        if found := key_and_default(node):
            key, default = found
            yield (key.value if isinstance(key, ast.Constant) else "?"), default


def variables_of(*folders: str) -> dict[str, ast.expr | None]:
    read: dict[str, ast.expr | None] = {}
    for path in files(*folders):
        name = str(path.relative_to(ROOT))
        if name in BY_OTHER_NAMES:
            continue
        for variable, default in variables(path.read_text("utf-8")):
            assert variable != "?", f"{name} reads a variable whose name is not written there"
            read.setdefault(variable, default)
    return read


def table(heading: str) -> dict[str, list[str]]:
    """The cells of the table under `heading` in docs/settings.md, by variable."""
    text = (ROOT / "docs/settings.md").read_text("utf-8")
    part = re.split(r"^## ", text, flags=re.M)
    (section,) = [one for one in part if one.startswith(heading)]
    rows = re.findall(r"^\| `([A-Z_]+)` \|(.*)\|$", section, flags=re.M)
    assert len({name for name, _ in rows}) == len(rows), f"a variable stands twice under {heading}"
    return {name: [cell.strip() for cell in cells.split(" |")] for name, cells in rows}


def test_every_setting_of_the_code_is_described_and_no_other():
    read = variables_of(*CODE)
    assert len(read) >= 20
    assert set(table("The exchange")) == set(read)


def test_the_described_defaults_are_those_of_the_code():
    read, rows = variables_of(*CODE), table("The exchange")
    spoken = {name: node.value for name, node in read.items() if isinstance(node, ast.Constant) and node.value != ""}
    assert len(spoken) >= 8
    for name, default in spoken.items():
        assert rows[name][1].strip("`") == str(default), name


def test_every_variable_of_make_is_described_and_no_other():
    found = re.findall(r"^([A-Z_]+) \?=", (ROOT / "Makefile").read_text("utf-8"), flags=re.M)
    assert found
    assert set(table("The make targets")) == set(found)


def test_every_variable_of_the_tests_is_described_and_no_other():
    read = set(variables_of("tests")) - set(variables_of(*CODE)) - NOT_OURS
    assert read
    assert set(table("The tests")) == read


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x = env.text('A', 'b')", ["A"]),
        ("x = environment.flag('A')", ["A"]),
        ("import os\nx = os.environ['A']", ["A"]),
        ("import os\nx = os.environ.get('A', '') or os.getenv('B')", ["A", "B"]),
        ("from os import environ\nx = environ.get(name)", ["?"]),
        ("import os\nos.environ['A'] = '1'\nx = os.environ | {'B': '1'}", []),
        ("x = cache.get('A')\ny = text('A')", []),
    ],
)
def test_the_search_finds_what_is_read(text: str, names: list[str]):
    assert [name for name, _ in variables(text)] == names


def test_the_graphs_of_states_are_up_to_date(capsys: pytest.CaptureFixture[str]):
    call_command("draw_states", "--check")
    graphs, edges = map(int, re.findall(r"\d+", capsys.readouterr().out))
    assert graphs >= 8
    assert edges >= 40


def test_a_stale_page_of_states_is_refused(tmp_path: Path):
    page = tmp_path / "states.md"
    with pytest.raises(CommandError, match="shows others"):
        call_command("draw_states", "--check", file=page)
    call_command("draw_states", "--write", file=page)
    call_command("draw_states", "--check", file=page)
    text = page.read_text("utf-8")
    assert "  bidding --> sold\n" in text
    page.write_text(text.replace("  bidding --> sold\n", ""), "utf-8")
    with pytest.raises(CommandError, match="shows others"):
        call_command("draw_states", "--check", file=page)


def test_no_graph_at_all_is_a_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr("exchange.management.commands.draw_states.stateful", list)
    with pytest.raises(CommandError, match="^0 graphs, 0 edges"):
        call_command("draw_states", "--write", file=tmp_path / "states.md")
    assert not (tmp_path / "states.md").exists()


README = (ROOT / "README.md").read_text("utf-8")
PICTURES = ("docs/images/room.png", "docs/images/dashboard.png")  # made by `make screenshots`
TOP = ("exchange", "listings", "loans", "templates", "tests", "docs")


def texts() -> list[Path]:
    found = [*ROOT.glob("*.md"), *(path for top in TOP for path in sorted((ROOT / top).rglob("*.md")))]
    return [path for path in found if path.is_file()]


def links(text: str) -> list[str]:
    """Targets of the links of a page that lead to files of ours."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    found = (target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text))
    return [target for target in found if target and "://" not in target]


def paths(text: str) -> set[str]:
    """Files and folders that a page names in backticks."""
    return {name for name in re.findall(r"`([\w./-]+)`", text) if name.split("/")[0] in TOP and "/" in name}


def test_the_readme_names_the_accounts_of_the_demonstration():
    rows = re.findall(r"^\| ([^|`]+) \| `([^`]+)` \| `([^`]+)` \| ([^|]+) \|$", README, flags=re.M)
    assert rows == demo_accounts()


def test_the_readme_names_every_app_of_the_tree():
    apps = {str(path.parent.relative_to(ROOT)) + "/" for top in CODE for path in (ROOT / top).glob("*/urls.py")}
    assert len(apps) >= 10
    assert apps <= paths(README)


def test_every_file_that_the_readme_names_is_there():
    named = paths(README)
    assert len(named) >= 20
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_make_target_and_command_that_the_readme_names_is_there():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.M))
    named = set(re.findall(r"`make ([a-z-]+)", README))
    assert {"demo", "test"} <= named <= targets
    commands = set(re.findall(r"manage\.py ([a-z_]+)", README))
    assert len(commands) >= 7
    assert commands <= set(get_commands())


def test_every_link_of_our_texts_leads_somewhere():
    targets = [(path, target) for path in texts() for target in links(path.read_text("utf-8"))]
    assert len(targets) >= 10
    dead = [(path.name, target) for path, target in targets if not (path.parent / target).exists()]
    assert dead == []


def test_every_page_of_docs_that_the_code_names_is_there():
    named = {
        (name, str(path.relative_to(ROOT)))
        for path in files(*CODE, "tests")
        if path != Path(__file__)
        for name in re.findall(r"docs/[\w./-]+\.md", path.read_text("utf-8"))
    }
    assert len(named) >= 10
    assert [one for one in sorted(named) if not (ROOT / one[0]).exists()] == []


def test_the_readme_shows_the_pictures_that_make_screenshots_makes():
    assert set(re.findall(r"\(([\w/.]+\.png)\)", README)) == set(PICTURES)
    for picture in PICTURES:
        assert (ROOT / picture).stat().st_size <= 300_000, picture
