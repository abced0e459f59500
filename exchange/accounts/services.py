"""Writes: people, organisations, roles, notices."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Division, Membership, Notice, Organisation, Role, User
from exchange.clock import legal_day, legal_now
from exchange.errors import Refused, require
from exchange.identifiers import check_uscc
from exchange.journal.services import record


def _administers(by: User | None, division: Division) -> bool:
    return by is None or by.is_superuser or by.has_role(Role.ADMINISTRATOR, division)


@transaction.atomic
def create_user(*, username: str, password: str, full_name: str, by: User | None, phone: str = "") -> User:
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


@transaction.atomic
def create_organisation(
    *, name: str, kind: str, division: Division, by: User | None, uscc: str | None = None
) -> Organisation:
    """Make an organisation; its unified social credit code (GB 32100) is checked and must be new."""
    require(_administers(by, division), _("Only an administrator of this division adds organisations."))
    if uscc:
        try:
            uscc = check_uscc(uscc)
        except ValueError as error:
            raise Refused(str(error), "bad_uscc", "uscc") from error
        if Organisation.objects.filter(uscc=uscc).exists():
            raise Refused(_("An organisation with this code is already here."), "taken", "uscc")
    organisation = Organisation.objects.create(name=name, kind=kind, division=division, uscc=uscc)
    record("organisation.created", subject=organisation, by=by, division=division)
    return organisation


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: str,
    division: Division,
    by: User | None,
    organisation: Organisation | None = None,
    valid_from: date | None = None,
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


def notify(*, user: User, text: str, url: str = "") -> Notice:
    """Leave a notice for a person, in the transaction of what it tells of."""
    return Notice.objects.create(user=user, text=str(text)[:300], url=url)


def mark_read(*, notice_id: str, by: User) -> None:
    """Mark one of one's own notices as read; a second time changes nothing."""
    Notice.objects.filter(pk=notice_id, user=by, read_at=None).update(read_at=legal_now())
