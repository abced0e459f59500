"""API of deals: the published ones, and every step by its verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from exchange.api import KeysetPagination, YuanField, request_key
from exchange.journal.models import Origin
from listings.deals import policies, selectors
from listings.deals.models import Deal
from listings.deals.services import certificates, confirming, contracts, defaulting, handover


class DealOut(serializers.Serializer):
    """A deal; money in yuan, names of natural persons masked unless the reader may see them."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    title = serializers.CharField()
    division = serializers.CharField(source="division.code")
    right_kind = serializers.CharField()
    transfer_mode = serializers.CharField()
    price = YuanField(source="price_fen")
    price_unit = serializers.CharField()
    term_years = serializers.IntegerField(allow_null=True)
    term_months = serializers.IntegerField(allow_null=True)
    area_m2 = serializers.DecimalField(16, 2, allow_null=True)
    amount = YuanField(source="amount_fen")
    closed_on = serializers.DateField()
    state = serializers.CharField()
    origin = serializers.CharField()
    lessor = serializers.SerializerMethodField()
    lessee = serializers.SerializerMethodField()
    lessee_kind = serializers.CharField()
    note = serializers.CharField()

    def _names(self, deal: Deal) -> selectors.Names:
        request = self.context.get("request")
        return selectors.names(request.user if request else None, deal)

    def get_lessor(self, deal: Deal) -> str:
        return self._names(deal).lessor

    def get_lessee(self, deal: Deal) -> str:
        return self._names(deal).lessee


class InstalmentOut(serializers.Serializer):
    n = serializers.IntegerField()
    due_on = serializers.DateField(allow_null=True)
    amount = YuanField(source="amount_fen")
    paid = YuanField(source="paid_fen")
    paid_on = serializers.DateField(allow_null=True)


class ContractOut(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.CharField()
    version = serializers.IntegerField()
    sha256 = serializers.CharField()
    lessor_signed_at = serializers.DateTimeField(allow_null=True)
    lessee_signed_at = serializers.DateTimeField(allow_null=True)


class HandoverOut(serializers.Serializer):
    on_day = serializers.DateField()
    place_note = serializers.CharField()
    photo_sha256 = serializers.CharField()
    sha256 = serializers.CharField()
    lessor_confirmed_at = serializers.DateTimeField(allow_null=True)
    lessee_confirmed_at = serializers.DateTimeField(allow_null=True)


class PayoutOut(serializers.Serializer):
    """Rent that goes on to the collective, one instalment each."""

    instalment = serializers.IntegerField(source="instalment.n")
    amount = YuanField(source="amount_fen")
    state = serializers.CharField()
    paid_on = serializers.DateField(allow_null=True)


class AttestationOut(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.CharField()
    verify_code = serializers.CharField()
    sha256 = serializers.CharField()
    issued_at = serializers.DateTimeField()


class DealDetailOut(DealOut):
    """A deal with its instalments; what is agreed and signed only for the parties and their offices."""

    publicity_to = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    due_provisional = serializers.BooleanField()
    term_from = serializers.DateField(allow_null=True)
    term_to = serializers.DateField(allow_null=True)
    listing = serializers.UUIDField(source="listing_id", allow_null=True)
    auction = serializers.UUIDField(source="auction_id", allow_null=True)
    instalments = InstalmentOut(many=True)
    new_right = serializers.SerializerMethodField()
    contract = serializers.SerializerMethodField()
    handover = serializers.SerializerMethodField()
    attestation = serializers.SerializerMethodField()
    sub_account = serializers.SerializerMethodField()
    payouts = serializers.SerializerMethodField()
    default_proposal = serializers.SerializerMethodField()

    def get_default_proposal(self, deal: Deal) -> dict[str, Any] | None:
        request = self.context.get("request")
        if request is None or deal.default_proposed_by_id is None or not policies.manages(request.user, deal):
            return None
        return {"proposal": deal.default_proposals, "reason": deal.default_reason}

    def _inside(self, deal: Deal) -> bool:
        request = self.context.get("request")
        return request is not None and policies.may_see_names(request.user, deal)

    def get_new_right(self, deal: Deal) -> str | None:
        return str(deal.new_right_id) if deal.new_right_id and self._inside(deal) else None

    def get_contract(self, deal: Deal) -> dict[str, Any] | None:
        found = selectors.current_contract(deal) if self._inside(deal) else None
        return dict(ContractOut(found).data) if found else None

    def get_handover(self, deal: Deal) -> dict[str, Any] | None:
        found = getattr(deal, "handover", None) if self._inside(deal) else None
        return dict(HandoverOut(found).data) if found else None

    def get_attestation(self, deal: Deal) -> dict[str, Any] | None:
        found = selectors.valid_attestation(deal) if self._inside(deal) else None
        return dict(AttestationOut(found).data) if found else None

    def get_payouts(self, deal: Deal) -> list[dict[str, Any]]:
        request = self.context.get("request")
        if request is None or not policies.may_see_payouts(request.user, deal):
            return []
        return [dict(PayoutOut(one).data) for one in deal.payouts.order_by("created_at")]

    def get_sub_account(self, deal: Deal) -> str | None:
        found = selectors.sub_account(deal) if self._inside(deal) else None
        return found.number if found else None


class DealsQuery(serializers.Serializer):
    """`division`: its code, and all below it. `origin`: empty leaves simulated deals out, "all" takes every one."""

    division = serializers.RegexField(r"^[0-9]{6,12}$", default="", allow_blank=True)
    right_kind = serializers.CharField(default="", allow_blank=True, max_length=40)
    origin = serializers.ChoiceField([*Origin.values, "all", ""], default="")
    first = serializers.DateField(default=None)
    last = serializers.DateField(default=None)


class NewestFirst(KeysetPagination):
    """By the day of the close, the newest first."""

    ordering = ("-closed_on", "-pk")  # type: ignore[assignment]


class DealsView(generics.ListAPIView):
    """The published deals, newest first."""

    serializer_class = DealOut
    permission_classes = [AllowAny]
    pagination_class = NewestFirst

    @extend_schema(parameters=[DealsQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        asked = DealsQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        return selectors.filtered(selectors.visible_deals(self.request.user), **asked.validated_data)


class DealView(generics.RetrieveAPIView):
    """One deal with its instalments and papers."""

    serializer_class = DealDetailOut
    permission_classes = [AllowAny]

    def get_queryset(self) -> Any:
        return selectors.visible_deals(self.request.user)


class DrawUpIn(serializers.Serializer):
    planning_conditions = serializers.CharField(default="", allow_blank=True, max_length=1000)
    industry_entry = serializers.CharField(default="", allow_blank=True, max_length=1000)
    ecology = serializers.CharField(default="", allow_blank=True, max_length=1000)


class SignIn(serializers.Serializer):
    """The SHA-256 of the contract that is signed, so that nobody signs what he has not read."""

    sha256 = serializers.CharField(max_length=64)


class HandoverIn(serializers.Serializer):
    on_day = serializers.DateField()
    place_note = serializers.CharField(max_length=300)
    photo = serializers.FileField(default=None)


class ConfirmHandoverIn(serializers.Serializer):
    """The SHA-256 of the sheet that is confirmed, so that nobody confirms what he has not read."""

    sha256 = serializers.CharField(max_length=64)


class ReasonIn(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class ProposalIn(serializers.Serializer):
    """The number of the proposal that was read."""

    proposal = serializers.IntegerField(min_value=0)


class DeclineIn(ProposalIn):
    note = serializers.CharField(max_length=200)


class CertificateIn(serializers.Serializer):
    number = serializers.CharField(max_length=60)
    registered_on = serializers.DateField()
    office = serializers.CharField(default="", allow_blank=True, max_length=120)


class Nothing(serializers.Serializer):
    """No fields."""


def _revoke(*, deal_id: str, **rest: Any) -> Any:
    deal = generics.get_object_or_404(Deal.objects.all(), pk=deal_id)
    found = selectors.valid_attestation(deal)
    if found is None:
        raise Http404
    return certificates.revoke_attestation(attestation_id=str(found.pk), **rest)


VERBS: dict[str, tuple[type[serializers.Serializer], Callable[..., Any]]] = {
    "contract": (DrawUpIn, contracts.draw_up_contract),
    "sign": (SignIn, contracts.sign_contract),
    "hand-over": (HandoverIn, handover.hand_over),
    "confirm-hand-over": (ConfirmHandoverIn, handover.confirm_handover),
    "attest": (Nothing, certificates.attest),
    "revoke": (ReasonIn, _revoke),
    "certificate": (CertificateIn, certificates.record_certificate),
    "cancel": (ReasonIn, confirming.cancel_deal),
    "default": (ReasonIn, defaulting.propose_default),
    "confirm-default": (ProposalIn, defaulting.confirm_default),
    "decline-default": (DeclineIn, defaulting.decline_default),
}


class VerbView(APIView):
    """`POST` one step: contract, sign, hand-over, confirm-hand-over, attest, revoke, certificate, cancel; for a
    winner who has backed out default, confirm-default, decline-default."""

    @extend_schema(request=Nothing, responses=DealDetailOut)
    def post(self, request: Request, pk: str, verb: str) -> Response:
        if verb not in VERBS:
            raise Http404
        deal = generics.get_object_or_404(selectors.visible_deals(request.user), pk=pk)
        shape, service = VERBS[verb]
        sent = shape(data=request.data)
        sent.is_valid(raise_exception=True)
        service(deal_id=str(deal.pk), **sent.validated_data, by=request.user, request_key=request_key(request))
        deal = selectors.visible_deals(request.user).get(pk=pk)
        return Response(DealDetailOut(deal, context={"request": request}).data)
