"""API of stats: the totals of a place, public."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_list_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from exchange.accounts.models import Division, Level
from exchange.api import YuanField
from exchange.stats.selectors.totals import Summary, summary

# Below a district the amounts of fewer loans than this would be those of people.
FEWEST_LOANS = 3
LOAN_AMOUNTS = ("disbursed", "secured", "credit", "repaid", "balance", "imported_disbursed")
SMALL = {Level.TOWNSHIP, Level.VILLAGE}


class SummaryQuery(serializers.Serializer):
    division = serializers.RegexField(r"^\d{6}(\d{3}){0,2}$", default=None)
    simulated = serializers.BooleanField(default=False)


class DealFigures(serializers.Serializer):
    count = serializers.IntegerField()
    amount = YuanField()
    area_m2 = serializers.DecimalField(max_digits=20, decimal_places=2)
    yearly_rent = YuanField()
    imported_count = serializers.IntegerField()
    imported_amount = YuanField()
    attestations = serializers.IntegerField()
    certificates = serializers.IntegerField()


class LoanFigures(serializers.Serializer):
    """Amounts are null, and `withheld` true, where they would tell of the one or two borrowers of a small place."""

    count = serializers.IntegerField()
    disbursed = YuanField(allow_null=True)
    secured = YuanField(allow_null=True)
    credit = YuanField(allow_null=True)
    repaid = YuanField(allow_null=True)
    balance = YuanField(allow_null=True)
    mortgages = serializers.IntegerField()
    imported_count = serializers.IntegerField()
    imported_disbursed = YuanField(allow_null=True)
    withheld = serializers.BooleanField()


class ListingFigures(serializers.Serializer):
    submitted = serializers.IntegerField()
    approved = serializers.IntegerField()
    announced = serializers.IntegerField()
    failed = serializers.IntegerField()
    withdrawn = serializers.IntegerField()


class SummaryAnswer(serializers.Serializer):
    division = serializers.CharField(allow_null=True)
    as_of = serializers.DateTimeField()
    simulated = serializers.BooleanField()
    deals = DealFigures()
    loans = LoanFigures()
    listings = ListingFigures()


def _deals(found: Summary) -> dict[str, Any]:
    deal, imported = found.over("deal"), found.imported("deal")
    return {
        "count": deal.count,
        "amount": deal.amount_fen,
        "area_m2": deal.area_m2,
        "yearly_rent": found.over("deal_rent").amount_fen,
        "imported_count": imported.count,
        "imported_amount": imported.amount_fen,
        "attestations": found.over("attestation").count,
        "certificates": found.over("certificate").count,
    }


def _loans(found: Summary, small_place: bool) -> dict[str, Any]:
    disbursed, repaid = found.over("loan_disbursed"), found.over("loan_repaid")
    imported = found.imported("loan_disbursed")
    withheld = small_place and 0 < disbursed.count < FEWEST_LOANS
    figures = {
        "count": disbursed.count,
        "disbursed": disbursed.amount_fen,
        "secured": found.over("loan_secured").amount_fen,
        "credit": found.over("loan_credit").amount_fen,
        "repaid": repaid.amount_fen,
        "balance": disbursed.amount_fen - repaid.amount_fen,
        "mortgages": found.over("mortgage").count,
        "imported_count": imported.count,
        "imported_disbursed": imported.amount_fen,
        "withheld": withheld,
    }
    return figures | dict.fromkeys(LOAN_AMOUNTS, None) if withheld else figures


def _listings(found: Summary) -> dict[str, Any]:
    names = ("submitted", "approved", "announced", "failed", "withdrawn")
    return {name: found.over(f"listing_{name}").count for name in names}


class SummaryView(APIView):
    """The totals of a division with all below it (`?division=`, any code that ever was), or of everything.

    Simulated facts are left out unless `?simulated=true`; imported ones count and are shown apart as well.
    """

    permission_classes = [AllowAny]

    @extend_schema(parameters=[SummaryQuery], responses=SummaryAnswer)
    def get(self, request: Request) -> Response:
        asked = SummaryQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        code = asked.validated_data["division"]
        places = get_list_or_404(Division, code=code) if code else []
        found = summary(code, simulated=asked.validated_data["simulated"])
        answer = {
            "division": found.division,
            "as_of": found.as_of,
            "simulated": asked.validated_data["simulated"],
            "deals": _deals(found),
            "loans": _loans(found, any(place.level in SMALL for place in places)),
            "listings": _listings(found),
        }
        return Response(SummaryAnswer(answer).data)
