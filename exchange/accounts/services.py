"""Writes: divisions, people, organisations, roles, notices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from exchange.accounts.divisions.checks import check
from exchange.accounts.divisions.rows import DivisionRow, read_files
from exchange.accounts.models import Division, Level, Membership, Notice, Organisation, Role, Succession, User
from exchange.accounts.selectors import recorded_rows, units_by_code
from exchange.clock import legal_day, legal_now
from exchange.csvfiles import RowsRefused
from exchange.errors import Refused, require
from exchange.identifiers import check_uscc
from exchange.journal.repeats import repeatable
from exchange.journal.services import record
from exchange.locking import patience

BATCH = 2000


def _administers(by: User | None, division: Division) -> bool:
    return by is None or by.is_superuser or by.has_role(Role.ADMINISTRATOR, division)


@repeatable
@transaction.atomic
def create_user(
    *, username: str, password: str, full_name: str, by: User | None, phone: str = "", request_key: str = ""
) -> User:
    """Make a person who can log in; `by` None is the set-up itself. A weak password is refused at its field."""
    require(
        by is None or by.is_superuser or by.has_role(Role.ADMINISTRATOR),
        _("Only an administrator adds people."),
    )
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(_("This user name is taken. Choose another one."), "taken", "username")
    user = User(username=username, full_name=full_name, phone=phone)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), "weak_password", "password") from error
    user.set_password(password)
    user.save()
    record("account.created", subject=user, by=by, division=None)
    return user


@repeatable
@transaction.atomic
def create_organisation(
    *, name: str, kind: str, division: Division, by: User | None, uscc: str | None = None, request_key: str = ""
) -> Organisation:
    """Make an organisation; its unified social credit code (GB 32100) is checked and must be new."""
    require(_administers(by, division), _("Only an administrator of this division adds organisations."))
    if uscc:
        try:
            uscc = check_uscc(uscc)
        except ValueError as error:
            raise Refused(_(str(error)), "bad_uscc", "uscc") from error
        if Organisation.objects.filter(uscc=uscc).exists():
            raise Refused(_("An organisation with this code is already here."), "taken", "uscc")
    organisation = Organisation.objects.create(name=name, kind=kind, division=division, uscc=uscc)
    record("organisation.created", subject=organisation, by=by, division=division)
    return organisation


@repeatable
@transaction.atomic
def grant_role(
    *,
    user: User,
    role: str,
    division: Division,
    by: User | None,
    organisation: Organisation | None = None,
    valid_from: date | None = None,
    request_key: str = "",
) -> Membership:
    """Give a person a role at a division. Nobody gives a role to himself (maker ≠ checker)."""
    require(_administers(by, division), _("Only an administrator of this division gives roles."))
    require(by is None or by.pk != user.pk, _("Nobody can give a role to himself. Ask another administrator."))
    membership, fresh = Membership.objects.get_or_create(
        user=user,
        role=role,
        division=division,
        organisation=organisation,
        defaults={"valid_from": valid_from or legal_day()},
    )
    if fresh:
        record("account.role_granted", subject=membership, by=by, division=division, data={"role": role})
    user.__dict__.pop("roles", None)
    return membership


def notify(*, user: User, text: str, url: str = "", words: Mapping[str, str | int] | None = None) -> Notice:
    """Leave a notice for a person, in the transaction of what it tells of.

    `text` is the English phrase, marked with `gettext_noop` and not yet translated; `words` fill it in when it is
    read, in the reader's language. `url` comes from `reverse`.
    """
    return Notice.objects.create(user=user, phrase=text, words=dict(words or {}), url=url)


def mark_read(*, notice_id: str, by: User) -> None:
    """Mark one of one's own notices as read; a second time changes nothing."""
    Notice.objects.filter(pk=notice_id, user=by, read_at=None).update(read_at=legal_now())


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import of divisions did, in rows."""

    read: int
    added: int
    changed: int
    same: int


@transaction.atomic
def import_divisions(*, files: Mapping[str, Iterable[str]], by: User | None) -> Imported:
    """Take in dated divisions (行政区划) from CSV files, given as their lines by name: all rows or none.

    A row with the code and first day of a recorded one replaces it (that is how a unit ends); a second run
    changes nothing. Raises `RowsRefused` with one problem for each wrong line; the format stands in
    `exchange/accounts/data/README.md`. `by` None is the set-up itself.
    """
    allowed = by is None or by.is_superuser or by.has_role(Role.ADMINISTRATOR, level=Level.CITY)
    require(allowed, _("Only an administrator of the city imports divisions."))
    rows, problems = read_files(files)
    _lock_divisions()
    recorded = recorded_rows({row.code[:2] for row in rows})
    problems = problems or check(list(recorded.values()), rows)
    if problems:
        raise RowsRefused(problems)
    added = [row for row in rows if row.key not in recorded]
    changed = [row for row in rows if row.key in recorded and recorded[row.key] != row.plain()]
    if added or changed:
        _replace_divisions(changed)
        _add_divisions(added)
        _link_successors(added + changed)
        city = Division.objects.filter(level=Level.CITY, code__startswith=rows[0].code[:2]).earliest("valid_from")
        counts = {"added": len(added), "changed": len(changed), "files": [PurePath(name).name for name in files]}
        record("divisions.imported", subject=city, by=by, division=city, data=counts)
    return Imported(len(rows), len(added), len(changed), len(rows) - len(added) - len(changed))


def _lock_divisions() -> None:
    """Let one import run at a time; reading divisions and pointing at them goes on."""
    with patience(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {Division._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


def _replace_divisions(rows: list[DivisionRow]) -> None:
    units = {(unit.code, unit.valid_from): unit for unit in Division.objects.filter(code__in=[r.code for r in rows])}
    for row in rows:
        unit = units[row.key]
        unit.name, unit.valid_to, unit.source = row.name, row.valid_to, row.source
    ended = [units[row.key] for row in rows]
    Division.objects.bulk_update(ended, ["name", "valid_to", "source"], batch_size=BATCH)
    Succession.objects.filter(ended__in=ended).delete()


def _add_divisions(rows: list[DivisionRow]) -> None:
    """Insert level by level, since a row needs its parent's key and path."""
    for level in Level.values:
        here = [row for row in rows if row.level == level]
        parents = units_by_code({row.parent for row in here})
        made = []
        for row in here:
            parent = next((unit for unit in parents.get(row.parent, []) if unit.is_in_force(row.valid_from)), None)
            path = f"{parent.path if parent else ''}{row.code}/"
            unit = Division(code=row.code, name=row.name, level=level, parent=parent, path=path, source=row.source)
            unit.valid_from, unit.valid_to = row.valid_from, row.valid_to
            made.append(unit)
        Division.objects.bulk_create(made, batch_size=BATCH)


def _link_successors(rows: list[DivisionRow]) -> None:
    ended = [row for row in rows if row.successors]
    units = units_by_code({row.code for row in ended} | {code for row in ended for code, _share in row.successors})
    links = []
    for row in ended:
        unit = next(unit for unit in units[row.code] if unit.valid_from == row.valid_from)
        end = row.valid_to or date.max
        for code, share in row.successors:
            after = next(other for other in units[code] if (other.valid_to or date.max) > end)
            links.append(Succession(ended=unit, successor=after, share_bp=share))
    Succession.objects.bulk_create(links, batch_size=BATCH)
