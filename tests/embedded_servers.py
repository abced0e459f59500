"""Imported first by `conftest.py`: brings up the servers of this test run, then Django on them.

`pyproject.toml` names no settings module, because pytest-django would read the settings before any file of
ours is imported, and so before there is a database to name.
"""

import os

import django

from exchange.embedded.folder import REPOSITORY
from exchange.embedded.testing import serve_tests

serve_tests()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")
os.environ.setdefault("PLAIN_STATIC", "1")
os.environ.setdefault("DATA_DIR", str(REPOSITORY / ".data" / "test" / "files"))  # not among the demonstration's
django.setup()
