"""The ground itself is an installed app: static files, catalogues, commands, checks."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "exchange"
    label = "exchange"

    def ready(self) -> None:
        """Load every app's reactions, so that the journal knows who listens."""
        from django.utils.module_loading import autodiscover_modules

        from exchange import checks
        from exchange.celery import app

        autodiscover_modules("reactions")
