"""API of loans before they are paid out: products, applications, and every step by its verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from exchange.accounts.selectors import divisions_at, paths_of_code, within
from exchange.api import YuanField, request_key
from listings.registry.selectors import rights_of_holder
from loans.origination import selectors
from loans.origination.models import Application
from loans.origination.services import applying, deciding, mortgages


class ProductOut(serializers.Serializer):
    """A product; null is "set by the bank"."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    bank = serializers.CharField(source="bank.name")
    secured_by = serializers.CharField()
    right_kinds = serializers.ListField(child=serializers.CharField())
    method = serializers.CharField()
    rate_bp = serializers.IntegerField(allow_null=True)
    term_months_max = serializers.IntegerField(allow_null=True)
    limit = YuanField(source="limit_fen", allow_null=True)
    districts_stated = serializers.IntegerField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    note = serializers.CharField()


class ValuationOut(serializers.Serializer):
    annual_rent = YuanField(source="annual_rent_fen")
    months = serializers.IntegerField()
    value = YuanField(source="value_fen")
    ltv_cap_bp = serializers.IntegerField()
    ceiling = YuanField(source="ceiling_fen")
    note = serializers.CharField()


class MortgageOut(serializers.Serializer):
    number = serializers.CharField()
    registered_on = serializers.DateField()
    state = serializers.CharField()
    released_on = serializers.DateField(allow_null=True)


class ApplicationOut(serializers.Serializer):
    """An application with its valuation and mortgage; money in yuan."""

    id = serializers.UUIDField()
    state = serializers.CharField()
    product = serializers.CharField(source="product.name")
    product_id = serializers.UUIDField()
    bank = serializers.CharField(source="product.bank.name")
    borrower = serializers.CharField(source="borrower_name")
    right_id = serializers.UUIDField(allow_null=True)
    right_kind = serializers.CharField()
    division = serializers.CharField(source="division.code")
    amount = YuanField(source="amount_fen")
    term_months = serializers.IntegerField()
    rate_bp = serializers.IntegerField(allow_null=True)
    purpose = serializers.CharField()
    lease_note = serializers.CharField()
    reason = serializers.CharField()
    valuation = serializers.SerializerMethodField()
    mortgage = serializers.SerializerMethodField()

    def get_valuation(self, row: Application) -> dict[str, Any] | None:
        return _related(row, "valuation", ValuationOut)

    def get_mortgage(self, row: Application) -> dict[str, Any] | None:
        return _related(row, "mortgage", MortgageOut)


def _related(row: Application, name: str, shape: type[serializers.Serializer]) -> dict[str, Any] | None:
    try:
        return dict(shape(getattr(row, name)).data)
    except ObjectDoesNotExist:
        return None


class ApplyIn(serializers.Serializer):
    """`right_id` for a loan on a right; for one on credit it may be left out, and `division` (a code) said."""

    product_id = serializers.UUIDField()
    right_id = serializers.UUIDField(required=False)
    division = serializers.CharField(max_length=12, required=False)
    amount = YuanField(source="amount_fen")
    term_months = serializers.IntegerField(min_value=1, max_value=1200)
    purpose = serializers.CharField(max_length=200)


class ValueIn(serializers.Serializer):
    annual_rent = YuanField(source="annual_rent_fen")
    note = serializers.CharField(max_length=300, default="", allow_blank=True)


class ApproveIn(serializers.Serializer):
    rate_bp = serializers.IntegerField(min_value=0, max_value=10_000, required=False)


class DeclineIn(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class RegisterIn(serializers.Serializer):
    number = serializers.CharField(max_length=60)
    registered_on = serializers.DateField()


class Nothing(serializers.Serializer):
    """No fields."""


VERBS: dict[str, tuple[type[serializers.Serializer], Callable[..., Any]]] = {
    "value": (ValueIn, deciding.value_application),
    "approve": (ApproveIn, deciding.approve_application),
    "decline": (DeclineIn, deciding.decline_application),
    "register": (RegisterIn, mortgages.register_mortgage),
    "withdraw": (Nothing, applying.withdraw_application),
}


class ProductsView(generics.ListAPIView):
    """The loan products on offer; `?right_kind=` leaves those for which such a right may stand."""

    serializer_class = ProductOut
    permission_classes = [AllowAny]

    def get_queryset(self) -> Any:
        kind = self.request.query_params.get("right_kind")
        return selectors.fitting_products(kind) if kind else selectors.products()


class ApplicationsView(generics.ListAPIView):
    """List the applications one may see (`?division=`, `?state=`); apply."""

    serializer_class = ApplicationOut

    def get_queryset(self) -> Any:
        found = selectors.visible_applications(self.request.user)
        if code := self.request.query_params.get("division"):
            found = found.filter(within(paths_of_code(code)))
        if state := self.request.query_params.get("state"):
            found = found.filter(state=state)
        return found

    @extend_schema(request=ApplyIn, responses=ApplicationOut)
    def post(self, request: Request) -> Response:
        sent = ApplyIn(data=request.data)
        sent.is_valid(raise_exception=True)
        body = dict(sent.validated_data)
        product = generics.get_object_or_404(selectors.products(), pk=body.pop("product_id"))
        if "right_id" in body:
            body["right_id"] = str(generics.get_object_or_404(rights_of_holder(request.user), pk=body["right_id"]).pk)
        if "division" in body:
            body["division"] = generics.get_object_or_404(divisions_at(), code=body["division"])
        row = applying.apply_for_loan(
            product_id=str(product.pk), **body, by=request.user, request_key=request_key(request)
        )
        return Response(ApplicationOut(row).data, status=201)


class ApplicationView(generics.RetrieveAPIView):
    """One application."""

    serializer_class = ApplicationOut
    lookup_url_kwarg = "application_id"

    def get_queryset(self) -> Any:
        return selectors.visible_applications(self.request.user)


class VerbView(APIView):
    """`POST` one step of an application: value, approve, decline, register, withdraw."""

    verb = ""

    @extend_schema(request=Nothing, responses=ApplicationOut)
    def post(self, request: Request, application_id: str) -> Response:
        row = generics.get_object_or_404(selectors.visible_applications(request.user), pk=application_id)
        shape, service = VERBS[self.verb]
        sent = shape(data=request.data)
        sent.is_valid(raise_exception=True)
        service(application_id=str(row.pk), **sent.validated_data, by=request.user, request_key=request_key(request))
        fresh = selectors.visible_applications(request.user).get(pk=row.pk)
        return Response(ApplicationOut(fresh).data)
