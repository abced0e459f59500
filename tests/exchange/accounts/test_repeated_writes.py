"""A second click on adding a person, an organisation or a role is answered with the first answer."""

from __future__ import annotations

import hashlib
import json

import pytest

from exchange.accounts.models import Membership, Organisation, Role, User
from exchange.accounts.services import create_organisation, create_user, grant_role
from exchange.errors import OtherBody, Refused
from exchange.journal.models import Answer, Event
from tests.factories import PASSWORD, Cast


def test_a_person_is_added_once_under_one_key(cast: Cast) -> None:
    entry = {"username": "new", "password": PASSWORD, "full_name": "新人", "by": cast.city}
    first = create_user(**entry, request_key="k")
    assert create_user(**entry, request_key="k") == first
    with pytest.raises(OtherBody):
        create_user(**{**entry, "password": PASSWORD + "x"}, request_key="k")
    with pytest.raises(Refused, match="taken"):
        create_user(**entry, request_key="another")
    assert User.objects.filter(username="new").count() == 1
    assert Event.objects.filter(kind="account.created", subject_id=str(first.pk)).count() == 1


def test_the_answer_keeps_nothing_by_which_a_password_could_be_tried(cast: Cast) -> None:
    entry = {"username": "new", "password": PASSWORD, "full_name": "新人"}
    create_user(**entry, by=cast.city, request_key="k")
    name = "exchange.accounts.services.create_user"
    tried = hashlib.sha256(json.dumps([name, entry], sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    assert Answer.objects.get(request_key="k").body_hash != tried


def test_an_organisation_and_a_role_are_given_once_under_one_key(cast: Cast) -> None:
    nanchuan = cast.places.nanchuan
    made = [
        create_organisation(name="金佛山公司", kind="company", division=nanchuan, by=cast.city, request_key="a")
        for _again in range(2)
    ]
    given = [
        grant_role(user=cast.stranger, role=Role.LEADER, division=nanchuan, by=cast.city, request_key="b")
        for _again in range(2)
    ]
    assert made[0] == made[1]
    assert given[0] == given[1]
    assert Organisation.objects.filter(name="金佛山公司").count() == 1
    assert Membership.objects.filter(user=cast.stranger).count() == 1
    assert Event.objects.filter(kind="organisation.created", subject_id=str(made[0].pk)).count() == 1
