"""API of listings: read, draft, and every step of the way by its verb."""

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

from exchange.api import YuanField, request_key
from listings.catalogue import selectors
from listings.catalogue.models import Document, Listing, Resolution
from listings.catalogue.services import announcing, documents, drafting, reviewing
from listings.registry.selectors import own_rights


class AnnouncementOut(serializers.Serializer):
    version = serializers.IntegerField()
    sha256 = serializers.CharField()
    announced_at = serializers.DateTimeField()
    registration_closes_at = serializers.DateTimeField()
    opens_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    provisional = serializers.BooleanField()
    body = serializers.JSONField()


class ListingOut(serializers.Serializer):
    """A listing; money in yuan."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()
    division = serializers.CharField(source="division.code")
    right_kind = serializers.CharField()
    transfer_mode = serializers.CharField()
    trading_mode = serializers.CharField()
    area_m2 = serializers.DecimalField(16, 2)
    term_months = serializers.IntegerField()
    use_text = serializers.CharField()
    price_unit = serializers.CharField()
    start_price = YuanField(source="start_price_fen")
    current_price = YuanField(source="current_price_fen", allow_null=True)
    step = YuanField(source="step_fen")
    deposit = YuanField(source="deposit_fen")
    rule_code = serializers.CharField()
    seller = serializers.CharField(source="collective.organisation.name")
    origin = serializers.CharField()


class ListingDetailOut(ListingOut):
    """A listing with its announcement and what it still lacks."""

    announcement = serializers.SerializerMethodField()
    missing = serializers.SerializerMethodField()

    def get_announcement(self, row: Listing) -> dict[str, Any] | None:
        found = selectors.current_announcement(row)
        return dict(AnnouncementOut(found).data) if found else None

    def get_missing(self, row: Listing) -> list[str]:
        return [str(lack.text) for lack in selectors.missing(row)] if row.is_editable else []


class DraftIn(serializers.Serializer):
    right_id = serializers.UUIDField()
    title = serializers.CharField(max_length=80)
    rule_code = serializers.ChoiceField(["standard", "demonstration"], default="standard")


class BasicsIn(serializers.Serializer):
    title = serializers.CharField(max_length=80)
    use_text = serializers.CharField(max_length=120)
    term_months = serializers.IntegerField(min_value=1, max_value=1200)
    summary = serializers.CharField(max_length=1000, default="", allow_blank=True)


class PriceIn(serializers.Serializer):
    start_price_fen = YuanField()
    step_fen = YuanField()
    deposit_fen = YuanField()

    def to_internal_value(self, data: Any) -> Any:
        """Take the API's names `start_price`, `step`, `deposit` in yuan."""
        if isinstance(data, dict):
            data = {f"{name}_fen" if f"{name}_fen" in self.fields else name: value for name, value in data.items()}
        return super().to_internal_value(data)


class ResolutionIn(serializers.Serializer):
    organ = serializers.ChoiceField(Resolution.Organ.choices)
    eligible = serializers.IntegerField(min_value=1)
    present = serializers.IntegerField(min_value=0)
    in_favour = serializers.IntegerField(min_value=0)
    notice_on = serializers.DateField()
    meeting_on = serializers.DateField()
    floor_price = YuanField(source="floor_price_fen")


class DocumentIn(serializers.Serializer):
    kind = serializers.ChoiceField(Document.Kind.choices)
    upload = serializers.FileField()
    is_public = serializers.BooleanField(default=False)


class PinIn(serializers.Serializer):
    field = serializers.CharField(max_length=40)
    reason = serializers.CharField(max_length=200)


class ApproveIn(serializers.Serializer):
    comment = serializers.CharField(max_length=500, default="", allow_blank=True)


class ReturnIn(ApproveIn):
    pins = PinIn(many=True)

    def validate_pins(self, value: list[dict[str, str]]) -> list[tuple[str, str]]:
        """Return the service's pairs."""
        return [(pin["field"], pin["reason"]) for pin in value]


class Nothing(serializers.Serializer):
    """No fields."""


VERBS: dict[str, tuple[type[serializers.Serializer], Callable[..., Any]]] = {
    "basics": (BasicsIn, drafting.set_basics),
    "price": (PriceIn, drafting.set_price),
    "resolution": (ResolutionIn, drafting.enter_resolution),
    "documents": (DocumentIn, documents.add_document),
    "submit": (Nothing, drafting.submit_listing),
    "withdraw": (Nothing, drafting.withdraw_listing),
    "approve": (ApproveIn, reviewing.approve_listing),
    "return": (ReturnIn, reviewing.return_listing),
    "announce": (Nothing, announcing.announce_listing),
}


class ListingsView(generics.ListAPIView):
    """List the listings one may see (`?division=`, `?state=`, `?kind=`, `?q=`); draft one."""

    serializer_class = ListingOut

    def get_permissions(self) -> list[Any]:
        return [AllowAny()] if self.request.method == "GET" else list(super().get_permissions())

    def get_queryset(self) -> Any:
        names = ("division", "state", "kind", "q")
        wanted = {name: self.request.query_params.get(name) for name in names}
        return selectors.search(selectors.visible_listings(self.request.user), wanted)

    @extend_schema(request=DraftIn, responses=ListingOut)
    def post(self, request: Request) -> Response:
        sent = DraftIn(data=request.data)
        sent.is_valid(raise_exception=True)
        right = generics.get_object_or_404(own_rights(request.user), pk=sent.validated_data.pop("right_id"))
        row = drafting.draft_listing(
            right_id=str(right.pk), **sent.validated_data, by=request.user, request_key=request_key(request)
        )
        return Response(ListingOut(row).data, status=201)


class ListingView(generics.RetrieveAPIView):
    """One listing with its announcement."""

    serializer_class = ListingDetailOut
    permission_classes = [AllowAny]
    lookup_url_kwarg = "listing_id"

    def get_queryset(self) -> Any:
        return selectors.visible_listings(self.request.user)


class VerbView(APIView):
    """`POST` one step: basics, price, resolution, documents, submit, withdraw, approve, return, announce."""

    @extend_schema(request=Nothing, responses=ListingDetailOut)
    def post(self, request: Request, listing_id: str, verb: str) -> Response:
        if verb not in VERBS:
            raise Http404
        row = generics.get_object_or_404(selectors.visible_listings(request.user), pk=listing_id)
        shape, service = VERBS[verb]
        sent = shape(data=request.data)
        sent.is_valid(raise_exception=True)
        service(listing_id=str(row.pk), **sent.validated_data, by=request.user, request_key=request_key(request))
        row.refresh_from_db()
        return Response(ListingDetailOut(row).data)
