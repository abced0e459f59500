"""The command that writes the calendar files; it needs the extra "data"."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from exchange.calendar import FOLDER

pytest.importorskip("chinese_calendar")

from exchange.management.commands import make_workdays  # noqa: E402 - it imports the extra


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(make_workdays, "FOLDER", tmp_path / "workdays")
    return tmp_path / "workdays"


def test_the_committed_files_are_what_the_command_writes(folder: Path):
    call_command("make_workdays")
    written = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    assert len(written) == 12
    assert written == {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()}


def test_a_year_without_a_named_notice_is_refused(folder: Path):
    with pytest.raises(CommandError, match="Name the notice for 2014"):
        call_command("make_workdays", "2014")
    with pytest.raises(CommandError, match="exactly one year"):
        call_command("make_workdays", "2013", "2014", source=["国办发明电〔2013〕28号"])
    assert list(folder.iterdir()) == []


def test_a_year_that_the_package_lacks_is_refused(folder: Path):
    with pytest.raises(CommandError, match="does not know 2099"):
        call_command("make_workdays", "2099", source=["a notice to come"])
    assert list(folder.iterdir()) == []
