"""Importing divisions: all rows or none, a second time without effect, and what the database holds after."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from exchange.accounts.divisions.rows import COLUMNS
from exchange.accounts.models import Division, Succession, User
from exchange.accounts.selectors import ancestors, division_at, divisions_at
from exchange.accounts.services import create_user, grant_role, import_divisions
from exchange.csvfiles import RowsRefused
from exchange.errors import NotAllowed
from exchange.journal.models import Event

pytestmark = pytest.mark.django_db

HEADER = ",".join(COLUMNS)
TREE = [
    HEADER,
    "500000,重庆市,city,,1997-06-18,,,t",
    "500109,北碚区,district,500000,1997-06-18,,,t",
    "500112,渝北区,district,500000,1997-06-18,,,t",
    "500112133,统景镇,township,500112,1997-06-18,,,t",
    "500112133201,江口村,village,500112133,1997-06-18,,,t",
]
REFORM = [
    HEADER,
    "500112,渝北区,district,500000,1997-06-18,2026-01-25,500109:4000;500157:6000,t",
    "500112133,统景镇,township,500112,1997-06-18,2026-01-25,500109124,t",
    "500112133201,江口村,village,500112133,1997-06-18,2026-01-25,500109124201,t",
    "500157,两江新区,district,500000,2026-01-25,,,t",
    "500109124,统景镇,township,500109,2026-01-25,,,t",
    "500109124201,江口村,village,500109124,2026-01-25,,,t",
]


def load(lines, by=None):
    return import_divisions(files={"file.csv": lines}, by=by)


def counts(done):
    return done.read, done.added, done.changed, done.same


def test_a_tree_is_imported_with_its_paths():
    assert counts(load(TREE)) == (5, 5, 0, 0)
    village = division_at("500112133201", date(2020, 1, 1))
    assert village.path == "500000/500112/500112133/500112133201/"
    assert [unit.name for unit in ancestors(village)] == ["江口村", "统景镇", "渝北区", "重庆市"]


def test_a_second_import_changes_nothing_and_records_nothing():
    load(TREE)
    before = list(Division.objects.order_by("pk").values())
    assert counts(load(TREE)) == (5, 0, 0, 5)
    assert list(Division.objects.order_by("pk").values()) == before
    assert Event.objects.filter(kind="divisions.imported").count() == 1


def test_a_reform_ends_units_begins_others_and_links_them():
    load(TREE)
    old = division_at("500112133", date(2020, 1, 1)).pk
    assert counts(load(REFORM)) == (6, 3, 3, 0)
    ended = Division.objects.get(pk=old)
    assert (ended.valid_to, [unit.code for unit in ended.successors.all()]) == (date(2026, 1, 25), ["500109124"])
    shares = Succession.objects.filter(ended__code="500112").order_by("successor__code")
    assert [(link.successor.code, link.share_bp) for link in shares] == [("500109", 4000), ("500157", 6000)]
    assert division_at("500109124201", date(2026, 1, 25)).path == "500000/500109/500109124/500109124201/"
    assert counts(load(REFORM)) == (6, 0, 0, 6)


def test_old_codes_stay_readable_on_their_days_and_only_then():
    load(TREE)
    load(REFORM)
    assert division_at("500112133", date(2026, 1, 24)).name == "统景镇"
    with pytest.raises(Division.DoesNotExist):
        division_at("500112133", date(2026, 1, 25))


@pytest.mark.parametrize(
    "wrong",
    [
        "500112134,龙兴镇,township,500113,1997-06-18,,,t",
        "50011213,龙兴镇,township,500112,1997-06-18,,,t",
    ],
)
def test_one_wrong_row_stops_the_whole_import(wrong):
    load(TREE)
    with pytest.raises(RowsRefused) as refusal:
        load([*REFORM, wrong])
    assert [(problem.file, problem.line) for problem in refusal.value.problems] == [("file.csv", 8)]
    assert "file.csv:8" in str(refusal.value.message)
    assert Division.objects.count() == 5
    assert not Division.objects.exclude(valid_to=None).exists()
    assert Event.objects.filter(kind="divisions.imported").count() == 1


def test_one_wrong_file_stops_the_others():
    with pytest.raises(RowsRefused):
        import_divisions(files={"good.csv": TREE, "empty.csv": [HEADER]}, by=None)
    assert Division.objects.count() == 0


def test_only_an_administrator_of_the_city_may_import():
    load(TREE)
    word = "long enough to be no joke"
    stranger = create_user(username="stranger", password=word, full_name="Stranger", by=None)
    local = create_user(username="local", password=word, full_name="Local", by=None)
    city = create_user(username="city", password=word, full_name="City", by=None)
    grant_role(user=local, role="administrator", division=Division.objects.get(code="500112"), by=None)
    grant_role(user=city, role="administrator", division=Division.objects.get(code="500000"), by=None)
    for nobody in (stranger, local):
        with pytest.raises(NotAllowed):
            load(REFORM, by=User.objects.get(pk=nobody.pk))
    assert Division.objects.count() == 5
    assert counts(load(REFORM, by=User.objects.get(pk=city.pk))) == (6, 3, 3, 0)
    assert Event.objects.filter(kind="divisions.imported", by=city).count() == 1


def test_the_database_itself_refuses_one_code_for_two_units_at_one_time():
    load(TREE)
    other = Division(code="500112133", name="统景街道", level="township", path="x", valid_from=date(2020, 1, 1))
    with pytest.raises(IntegrityError, match="a_code_stands_for_one_unit_at_a_time"), transaction.atomic():
        other.save()


def test_the_bundled_files_enter_by_the_command_and_again_without_effect(capsys):
    call_command("import_divisions", bundled=True)
    assert "2712 rows read, 2712 added, 0 changed, 0 as before" in capsys.readouterr().err
    assert [divisions_at(day, "district").count() for day in (date(2026, 1, 24), date(2026, 1, 25))] == [38, 37]
    assert divisions_at(date(2026, 1, 25), "township").count() == 1028
    wuxing = division_at("500119118203", date(2023, 10, 28))
    assert [unit.name for unit in ancestors(wuxing)] == ["五星村", "石溪镇", "南川区", "重庆市"]
    call_command("import_divisions", bundled=True)
    assert "2712 rows read, 0 added, 0 changed, 2712 as before" in capsys.readouterr().err
    assert Division.objects.count() == 2712


def test_the_command_lists_every_refused_line_and_fails(tmp_path: Path, capsys):
    file = tmp_path / "wrong.csv"
    file.write_text("\n".join([*TREE, "1,,,,,,,", "2,,,,,,,"]), encoding="utf-8")
    with pytest.raises(CommandError, match="above: 2"):
        call_command("import_divisions", str(file))
    lines = [line.split(": ")[0] for line in capsys.readouterr().err.splitlines()]
    assert lines == [f"{file}:7", f"{file}:8"]
    assert Division.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [(HEADER.encode(), "above: 1"), ("行政区划".encode("gbk"), "not UTF-8"), (None, "cannot be read")],
)
def test_a_file_without_rows_or_that_cannot_be_read_fails(tmp_path: Path, content, reason):
    file = tmp_path / "file.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError, match=reason):
        call_command("import_divisions", str(file))


def test_the_command_without_a_file_says_what_to_do():
    with pytest.raises(CommandError, match="--bundled"):
        call_command("import_divisions")
