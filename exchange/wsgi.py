"""WSGI entry: pages and API."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")
application = get_wsgi_application()

from exchange.checks import refuse_unsafe_start  # noqa: E402 - needs Django set up

refuse_unsafe_start()
