"""Pages of stats: the dashboard, the rows behind its figures, the wall, the public figures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from exchange.accounts.models import Division, Level
from exchange.accounts.selectors import divisions_at
from exchange.clock import legal_day, legal_now
from exchange.rulebook.selectors import right_kinds
from exchange.stats.forms import Filter, RowsFilter
from exchange.stats.panels import cards, charts, feed
from exchange.stats.selectors.boards import Board, board, running
from exchange.stats.selectors.places import division_of_wall, visible_divisions, wall_token, widest
from exchange.stats.selectors.rows import BY_NAME, events_of, latest, page
from exchange.stats.selectors.totals import COUNTED, EVERY_ORIGIN, Scope


def _filters(form: Filter) -> dict[str, Any]:
    if not form.is_valid():
        raise Http404("no such place")
    return form.cleaned_data


def _division(request: HttpRequest, code: str, now: datetime | None = None) -> Division:
    """Return the asked division if its dashboard is the person's to read, else the widest one; 404 for none."""
    if code:
        return get_object_or_404(visible_divisions(request.user, legal_day(now)), code=code)
    found = widest(request.user)
    if found is None:
        raise Http404("no dashboard of yours")
    return found


@login_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """The figures of a place, for those who lead, check or run the exchange there."""
    asked = _filters(Filter(request.GET))
    now = legal_now()
    division = _division(request, asked["division"], now)
    found = board(division, now=now, right_kind=asked["kind"], simulated=asked["simulated"])
    carried = {"division": division.code, "kind": asked["kind"], "simulated": "1" if asked["simulated"] else ""}
    context = _shown(found, f"{reverse('stats:dashboard')}?division=")
    context |= {
        "division": division,
        "asked": asked,
        "cards": cards.cards(found, carried),
        "rows_of": {name: cards.rows_address(name, **carried) for name in ("deal", "loan_disbursed", "mortgage")},
        "origins": cards.origins(found),
        "feed": feed.told(latest(division), found.right_kinds),
        "whole_city": division.level == Level.CITY,
    }
    return render(request, "exchange/stats/dashboard.html", context)


def _shown(found: Board, address: str) -> dict[str, Any]:
    return {
        "board": found,
        "trend": charts.trend(found),
        "funnel": charts.funnel(found),
        "ranking": charts.ranking(found.regions, address),
        "shades": charts.shades(found.regions, address),
        "limits": charts.limits(found.regions),
    }


@login_required
def rows(request: HttpRequest) -> HttpResponse:
    """The events that a figure counts, newest first, for those who may read the dashboard of the place."""
    asked = _filters(RowsFilter(request.GET))
    division = _division(request, asked["division"])
    if asked["measure"] not in BY_NAME:
        raise Http404("no such figure")
    scope = Scope(
        paths=(division.path,),
        right_kind=asked["kind"],
        origins=EVERY_ORIGIN if asked["simulated"] else COUNTED,
    )
    found, more = page(events_of(asked["measure"], scope), asked["before"])
    query = request.GET.copy()
    query.pop("before", None)
    context = {
        "division": division,
        "counted": feed.KIND_NAMES[BY_NAME[asked["measure"]].kinds[0]],
        "events": feed.listed(found, {kind.code: str(kind) for kind in right_kinds()}),
        "more": more,
        "query": query,
    }
    return render(request, "exchange/stats/rows.html", context)


@login_required
def screen(request: HttpRequest) -> HttpResponse:
    """Send to the wall of the person's place: an address with a signed token, to be opened on a big screen."""
    division = _division(request, _filters(Filter(request.GET))["division"])
    return redirect("stats:wall", token=wall_token(division))


def wall(request: HttpRequest, token: str) -> HttpResponse:
    """The big screen of a place: no login, no input, no personal data; whoever has the address may look."""
    division = get_object_or_404(division_of_wall(token))
    found = board(division)
    context = _shown(found, "")
    if division.level != Level.CITY:
        context["shades"] = charts.shades(found.as_one(division))
    live = running(division)
    context |= {
        "division": division,
        "callouts": charts.callouts(found.regions) if division.level == Level.CITY else [],
        "kinds": charts.kinds(found.kinds),
        "banks": found.banks[:4],
        "digits": cards.money(found.over("deal").amount_fen),
        "area": cards.area(found.over("deal").area_m2),
        "live": list(live),
        "live_count": sum(live.values()),
        "feed": feed.told(latest(division, 4), found.right_kinds),
        "now": found.as_of,
        "today": legal_day(found.as_of),
    }
    answer = render(request, "exchange/stats/wall.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def open_data(request: HttpRequest) -> HttpResponse:
    """The public numbers: the whole exchange, or one district (`?division=`); never less than a district."""
    code = _filters(Filter(request.GET))["division"]
    published = divisions_at().filter(level__in=(Level.CITY, Level.DISTRICT))
    division = get_object_or_404(published, code=code) if code else None
    found = board(division)
    context = _shown(found, f"{reverse('stats:open_data')}?division=" if division is None else "")
    context |= {"division": division, "cards": cards.cards(found, None), "origins": cards.origins(found)}
    return render(request, "exchange/stats/open_data.html", context)
