"""A loan in the words of the pure engine, and its refusals in the words of the house."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from exchange.errors import Refused
from loans.servicing.engine.events import Payoff
from loans.servicing.engine.quote import Quote, quote
from loans.servicing.engine.shapes import FormatError
from loans.servicing.engine.terms import Terms
from loans.servicing.models import Loan


def planned(loan: Loan, payoff_on: date | None = None) -> Quote:
    """Return the engine's schedule of a loan with monthly periods, ended on `payoff_on` if given.

    Interest of a payoff runs to that day. `Refused` when the engine does not take the terms.
    """
    events = [Payoff(on=payoff_on, interest_to="pay_date")] if payoff_on else []
    try:
        terms = Terms(
            principal_fen=loan.principal_fen,
            annual_rate_percent=Fraction(loan.rate_bp, 100),
            periods=loan.term_months,
            disbursed_on=loan.disbursed_on,
            method=loan.method,
            day_count=loan.day_count,
        )
        return quote(terms, events)
    except FormatError as error:
        raise Refused(
            _("No schedule can be made of these terms (%(field)s: %(reason)s). Check rate, term and day.")
            % {"field": error.field, "reason": error.reason},
            "no_schedule",
        ) from error
