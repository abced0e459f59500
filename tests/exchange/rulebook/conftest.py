"""The rulebook of the product, loaded into the small world."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from tests.factories import Divisions, make_divisions


@pytest.fixture
def divisions(db: None) -> Divisions:
    return make_divisions()


@pytest.fixture
def rulebook(divisions: Divisions) -> Divisions:
    call_command("load_rulebook", stderr=StringIO())
    return divisions
