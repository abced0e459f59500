"""The legal clock, and the extensions that exclusion constraints and search need."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations

from exchange.clock import PLAIN_CLOCK


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        migrations.RunSQL(PLAIN_CLOCK, "DROP FUNCTION IF EXISTS legal_now()"),
    ]
