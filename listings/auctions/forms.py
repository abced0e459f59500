"""What is typed around a hall; field names are the arguments of the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Role, User
from exchange.fields import YuanField
from exchange.web import RepeatableForm

MYSELF = "myself"


class RegisterForm(RepeatableForm):
    """As whom one registers, and that the terms have been read."""

    organisation_id = forms.ChoiceField(
        label=_("Who is registering?"),
        help_text=_("The contract will be made with this person or company."),
        widget=forms.RadioSelect,
    )
    terms_read = forms.BooleanField(
        label=_("I have read the announcement: what is let, for what use, for how long, and on which rules.")
    )
    account_own = forms.BooleanField(
        label=_("I pay the deposit from an account in the name that is registered; other money is sent back.")
    )
    bids_bind = forms.BooleanField(
        label=_("I know that a bid cannot be withdrawn, and that who wins and does not sign loses the deposit.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        companies = [(str(m.organisation_id), str(m.organisation)) for m in user.memberships_as(Role.AGENT)]
        myself = _("Myself: %(name)s") % {"name": user.full_name}
        self.fields["organisation_id"].choices = [(MYSELF, myself), *companies]  # type: ignore[attr-defined]
        # Who could mean a company says so; for everybody else there is nothing to choose.
        self.initial.setdefault("organisation_id", "" if companies else MYSELF)

    def clean_organisation_id(self) -> str:
        """Return the company, "" for oneself."""
        chosen = self.cleaned_data["organisation_id"]
        return "" if chosen == MYSELF else chosen

    def clean(self) -> dict[str, Any]:
        """Keep what the service asks for; the ticks have done their work."""
        data = super().clean() or {}
        for tick in ("terms_read", "account_own", "bids_bind"):
            data.pop(tick, None)
        return data


class BidForm(RepeatableForm):
    """A bid: an amount chosen by its button, or one's own, which goes before."""

    amount_fen = YuanField(label=_("Your bid"), required=False, unit=_("yuan a year"))
    own_amount = YuanField(label=_("Another amount"), required=False, unit=_("yuan a year"))

    def clean(self) -> dict[str, Any]:
        """Take one's own amount before that of the button."""
        data = super().clean() or {}
        own = data.pop("own_amount", None)
        data["amount_fen"] = own or data.get("amount_fen")
        if not data["amount_fen"] and not self.errors:
            self.add_error("amount_fen", _("Write an amount in yuan, such as 35000 or 35000.50."))
        return data
