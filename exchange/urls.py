"""URLs: each app brings its `page_urls` and `api_urls`; names are "app:page" and "api:app-thing"."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from exchange import appearance, styleguide, views


def _brought(kind: str) -> list[tuple[str, list[URLPattern | URLResolver]]]:
    found = []
    for app in settings.ROUTED_APPS:
        urls = import_module(f"{app}.urls")
        patterns = getattr(urls, kind, [])
        if patterns:
            found.append((app.rsplit(".", 1)[1], patterns))
    return found


urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("size/", appearance.set_size, name="set_size"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("styleguide/<slug:surface>/", styleguide.styleguide, name="styleguide_surface"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("account/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    *(path("", include((patterns, label))) for label, patterns in _brought("page_urls")),
    path(
        "api/v1/",
        include(([pattern for _, patterns in _brought("api_urls") for pattern in patterns], "api")),
    ),
]
handler404 = "exchange.views.not_found"
handler500 = "exchange.views.server_error"
