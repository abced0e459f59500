"""API of money that belongs to nobody yet: the list, one sum, and each decision by its verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from exchange.api import KeysetPagination, YuanField, request_key
from exchange.ledger.models import UnclearMoney
from exchange.ledger.selectors.unclear import visible_unclear
from exchange.ledger.services.unclear import confirm_return, decline_return, propose_return


class UnclearOut(serializers.Serializer):
    """A sum that nobody can be given yet; money in yuan."""

    id = serializers.UUIDField()
    state = serializers.CharField()
    cause = serializers.CharField()
    amount = YuanField(source="amount_fen")
    division = serializers.CharField(source="division.code", default=None)
    payer_name = serializers.CharField(source="line.payer_name")
    payer_account = serializers.CharField(source="line.payer_account")
    number = serializers.CharField(source="line.number")
    bank_ref = serializers.CharField(source="line.bank_ref")
    booked_at = serializers.DateTimeField(source="line.booked_at")
    proposal = serializers.IntegerField(source="proposals")
    to_name = serializers.CharField()
    to_account = serializers.CharField()
    reason = serializers.CharField()
    note = serializers.CharField()
    order = serializers.CharField(source="order.reference", default=None)


class ProposeIn(serializers.Serializer):
    to_name = serializers.CharField(max_length=120)
    to_account = serializers.CharField(max_length=40)
    reason = serializers.CharField(max_length=200)


class ConfirmIn(serializers.Serializer):
    """The number of the proposal that was read."""

    proposal = serializers.IntegerField(min_value=0)


class DeclineIn(ConfirmIn):
    note = serializers.CharField(max_length=200)


VERBS: dict[str, tuple[type[serializers.Serializer], Callable[..., UnclearMoney]]] = {
    "propose": (ProposeIn, propose_return),
    "confirm": (ConfirmIn, confirm_return),
    "decline": (DeclineIn, decline_return),
}


class UnclearListView(generics.ListAPIView):
    """The unclear money of one's places, newest first; empty for who is no finance clerk or auditor."""

    serializer_class = UnclearOut
    pagination_class = KeysetPagination

    def get_queryset(self) -> Any:
        return visible_unclear(self.request.user)


class UnclearView(generics.RetrieveAPIView):
    """One sum."""

    serializer_class = UnclearOut
    lookup_field = "pk"

    def get_queryset(self) -> Any:
        return visible_unclear(self.request.user)


class VerbView(APIView):
    """`POST` one decision: propose (to_name, to_account, reason), confirm (proposal), decline (proposal, note)."""

    verb = ""

    @extend_schema(request=ProposeIn, responses=UnclearOut)
    def post(self, request: Request, pk: str) -> Response:
        row = generics.get_object_or_404(visible_unclear(request.user), pk=pk)
        shape, service = VERBS[self.verb]
        sent = shape(data=request.data)
        sent.is_valid(raise_exception=True)
        service(unclear_id=str(row.pk), **sent.validated_data, by=request.user, request_key=request_key(request))
        return Response(UnclearOut(visible_unclear(request.user).get(pk=row.pk)).data)
