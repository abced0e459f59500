"""API of loans: those one may see, one with its plan, and the steps pay out, repay, release."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from exchange.api import YuanField, request_key
from exchange.clock import legal_day
from loans.origination.selectors import visible_applications
from loans.servicing.models import Loan
from loans.servicing.selectors import loans as selectors
from loans.servicing.services import disbursing, repaying


class LoanOut(serializers.Serializer):
    """A loan; money in yuan."""

    id = serializers.UUIDField()
    application_id = serializers.UUIDField(allow_null=True)
    state = serializers.CharField()
    bank = serializers.CharField(source="bank_name")
    product = serializers.CharField(source="product_name")
    borrower = serializers.CharField(source="borrower_name")
    division = serializers.CharField(source="division.code")
    right_kind = serializers.CharField()
    secured = serializers.BooleanField()
    principal = YuanField(source="principal_fen")
    balance = YuanField(source="balance_fen")
    rate_bp = serializers.IntegerField()
    method = serializers.CharField()
    day_count = serializers.CharField()
    term_months = serializers.IntegerField()
    disbursed_on = serializers.DateField()
    origin = serializers.CharField()


class RowOut(serializers.Serializer):
    """A row of the plan."""

    n = serializers.IntegerField()
    due_on = serializers.DateField()
    total = YuanField(source="total_fen")
    principal = YuanField(source="principal_fen")
    interest = YuanField(source="interest_fen")
    balance = YuanField(source="balance_fen")
    paid_principal = YuanField(source="paid_principal_fen")
    paid_interest = YuanField(source="paid_interest_fen")


class RepaymentOut(serializers.Serializer):
    id = serializers.UUIDField()
    amount = YuanField(source="amount_fen")
    principal = YuanField(source="principal_fen")
    interest = YuanField(source="interest_fen")
    on_day = serializers.DateField()


class LoanDetailOut(LoanOut):
    """A loan with its plan, its repayments and what settles it today."""

    schedule = serializers.SerializerMethodField()
    repayments = serializers.SerializerMethodField()
    payoff_today = serializers.SerializerMethodField()

    def get_schedule(self, loan: Loan) -> list[dict[str, Any]]:
        return [dict(row) for row in RowOut(selectors.rows_of(loan), many=True).data]

    def get_repayments(self, loan: Loan) -> list[dict[str, Any]]:
        return [dict(row) for row in RepaymentOut(selectors.repayments(loan), many=True).data]

    def get_payoff_today(self, loan: Loan) -> str | None:
        if not loan.is_serviced_here:
            return None
        return YuanField().to_representation(selectors.payoff_amount(loan, legal_day()))


class RepayIn(serializers.Serializer):
    amount = YuanField(source="amount_fen")


class Nothing(serializers.Serializer):
    """No fields."""


VERBS: dict[str, tuple[type[serializers.Serializer], Callable[..., Any]]] = {
    "repay": (RepayIn, repaying.book_repayment),
    "release": (Nothing, disbursing.release),
}


class LoansView(generics.ListAPIView):
    """The loans one may see: one's own, or those of one's bank (`?division=`, `?state=`)."""

    serializer_class = LoanOut

    def get_queryset(self) -> Any:
        asked = self.request.query_params
        found = selectors.in_division(selectors.visible_loans(self.request.user), asked.get("division", ""))
        return found.filter(state=asked["state"]) if asked.get("state") else found


class LoanView(generics.RetrieveAPIView):
    """One loan with its plan."""

    serializer_class = LoanDetailOut
    lookup_url_kwarg = "loan_id"

    def get_queryset(self) -> Any:
        return selectors.visible_loans(self.request.user)


class DisburseView(APIView):
    """`POST` pays out an approved application; answers with the loan."""

    @extend_schema(request=Nothing, responses=LoanDetailOut)
    def post(self, request: Request, application_id: str) -> Response:
        row = generics.get_object_or_404(visible_applications(request.user), pk=application_id)
        loan = disbursing.disburse(application_id=str(row.pk), by=request.user, request_key=request_key(request))
        return Response(LoanDetailOut(loan).data, status=201)


class VerbView(APIView):
    """`POST` one step of a loan: repay, release."""

    verb = ""

    @extend_schema(request=RepayIn, responses=LoanDetailOut)
    def post(self, request: Request, loan_id: str) -> Response:
        loan = generics.get_object_or_404(selectors.visible_loans(request.user), pk=loan_id)
        shape, service = VERBS[self.verb]
        sent = shape(data=request.data)
        sent.is_valid(raise_exception=True)
        service(loan_id=str(loan.pk), **sent.validated_data, by=request.user, request_key=request_key(request))
        return Response(LoanDetailOut(selectors.visible_loans(request.user).get(pk=loan.pk)).data)
