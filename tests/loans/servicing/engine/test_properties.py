"""Random loans: what must hold for every one of them, against a second, day-by-day reckoning."""

import os
import sys
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from loans.servicing.engine.amounts import whole_fen
from loans.servicing.engine.dates import periods_of
from loans.servicing.engine.events import Payoff, Prepay, RateChange
from loans.servicing.engine.quote import quote
from loans.servicing.engine.shapes import FormatError
from loans.servicing.engine.terms import CHOICES, MONTHS, Terms, Tranche

# A random loan lives some ten steps: its rows and events.
EXAMPLES = int(os.environ.get("PROVE_STEPS", "5000")) // 10
MANY = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

rates = st.integers(0, 36_000).map(lambda thousandths: Fraction(thousandths, 1000))


@st.composite
def loans(draw, methods=CHOICES["method"]):
    """Terms that keep every limit of FORMAT."""
    periods = draw(st.integers(1, 18))
    method = draw(st.sampled_from(methods))
    principal_grace = draw(st.integers(0, periods - 1))
    interest_grace = draw(st.integers(0, principal_grace if method == "annuity" else periods - 1))
    disbursed_on = draw(st.dates(date(2020, 1, 1), date(2027, 12, 31)))
    first_due_on = draw(st.none() | st.integers(1, 70).map(lambda n: disbursed_on + timedelta(n)))
    given = {
        "principal_fen": draw(st.integers(100, 100_000_000)),
        "annual_rate_percent": draw(rates),
        "periods": periods,
        "disbursed_on": disbursed_on,
        "first_due_on": first_due_on,
        "due_day": draw(st.none() | st.integers(1, 31)),
        "instalment_multiple_fen": draw(st.sampled_from([1, 1, 10, 100, 5000])),
        "principal_grace_periods": principal_grace * draw(st.booleans()),
        **{name: draw(st.sampled_from(CHOICES[name])) for name in CHOICES if name != "method"},
        "instalment_rounding": draw(st.sampled_from([None, None, "up"])),
        "method": method,
    }
    if method != "annuity" or given["principal_grace_periods"]:
        given["interest_grace_periods"] = interest_grace * draw(st.booleans())
    days = (periods_of(Terms(**given))[-1].end - disbursed_on).days
    assume(days > 1)
    if draw(st.booleans()):
        last = periods_of(Terms(**given))[-1]
        given["matures_on"] = last.start + timedelta(draw(st.integers(1, 2 * last.days)))
        days = (given["matures_on"] - disbursed_on).days
    if days > 1:
        given["tranches"] = draw(tranches(disbursed_on, days, given["principal_fen"]))
    return Terms(**given)


@st.composite
def tranches(draw, disbursed_on, days, principal_fen):
    """Up to two later payouts, together less than the principal."""
    return tuple(
        Tranche(
            on=disbursed_on + timedelta(draw(st.integers(1, days - 1))),
            amount_fen=draw(st.integers(0, principal_fen // 3)),
        )
        for _ in range(draw(st.integers(0, 2)))
    )


def owed_fen(terms, events, day):
    """What may be prepaid on a day, by the schedule so far: without what goes out or comes in later."""
    rows = quote(terms, events).rows
    passed = [row for row in rows if row.due <= day]
    if passed and passed[-1] is rows[-1]:
        return 0
    since = passed[-1].due if passed else terms.disbursed_on
    owed = passed[-1].balance_fen if passed else terms.first_payout_fen
    owed -= sum(tranche.amount_fen for tranche in terms.tranches if since == tranche.on == day)
    owed += sum(tranche.amount_fen for tranche in terms.tranches if since < tranche.on < day)
    return owed - sum(event.amount_fen for event in events if isinstance(event, Prepay) and since < event.on)


@st.composite
def lives(draw, methods=CHOICES["method"], may_pay_off=True):
    """A loan with its events, in order of their days."""
    terms = draw(loans(methods))
    last_due = periods_of(terms)[-1].end
    days = (last_due - terms.disbursed_on).days
    dues = [period.end for period in periods_of(terms)[:-1]]
    on_any_day = st.integers(1, max(days - 1, 1)).map(lambda n: terms.disbursed_on + timedelta(n))
    on = st.one_of(on_any_day, st.sampled_from(dues)) if dues else on_any_day
    events = []
    for day in sorted(draw(st.lists(on, max_size=4 if days > 1 else 0))):
        # A new rate on a due date changes what that row leaves: it must not come in after a prepayment of it.
        prepaid_today = bool(events) and events[-1].on == day and isinstance(events[-1], Prepay)
        if terms.method == "flat" or (not prepaid_today and draw(st.booleans())):
            events.append(RateChange(on=day, annual_rate_percent=draw(rates)))
        else:
            share = draw(st.sampled_from([0, 1, 20, 50, 99, 100]))
            amount_fen = owed_fen(terms, events, day) * share // 100
            mode = draw(st.sampled_from(["shorten", "reduce"]))
            events.append(Prepay(on=day, amount_fen=amount_fen, mode=mode))
    if may_pay_off and draw(st.integers(0, 3)) == 0:
        busy = max([terms.disbursed_on, *(e.on for e in events), *(t.on for t in terms.tranches)])
        day = busy + timedelta(draw(st.integers(1, 60)))
        if day <= last_due:
            events.append(Payoff(on=day, interest_to=draw(st.sampled_from(["pay_date", "period_end"]))))
    return terms, events


def rate_on(terms, events, day):
    changes = sorted((e.on, place) for place, e in enumerate(events) if isinstance(e, RateChange) and e.on <= day)
    return events[changes[-1][1]].annual_rate_percent if changes else terms.annual_rate_percent


def a_day_of(terms, period):
    """The part of a year that one day of a period counts as."""
    if terms.day_count != "30/360":
        return Fraction(1, 365 if terms.day_count == "act/365" else 360)
    months = MONTHS[terms.interval] * (terms.periods if terms.method == "bullet" else 1)
    return Fraction(months, 12) / period.days


def interest_day_by_day(terms, events, row, owed):
    """The unrounded interest of one row in fen: each day is charged on what was owed when it began."""
    period = periods_of(terms)[row.n - 1]
    payoff = next((event for event in events if isinstance(event, Payoff)), None)
    stop = row.due if payoff and payoff.on == row.due and payoff.interest_to == "pay_date" else period.end
    day, total = period.start, 0
    while day < stop:
        if day != period.start:
            owed += sum(tranche.amount_fen for tranche in terms.tranches if tranche.on == day)
            owed -= sum(event.amount_fen for event in events if isinstance(event, Prepay) and event.on == day)
        day += timedelta(1)
        base = terms.principal_fen if terms.method == "flat" else owed
        total += base * rate_on(terms, events, day)
    return total / 100 * a_day_of(terms, period)


def check_row(terms, events, row, before, owed, waiting, ends):
    """The column sums of a row, and its interest; returns the interest that still waits."""
    assert min(row.principal_fen, row.interest_fen, row.prepaid_fen, row.balance_fen) >= 0
    drawn_fen = sum(t.amount_fen for t in terms.tranches if before < t.on <= row.due)
    assert row.balance_fen == owed + drawn_fen - row.principal_fen - row.prepaid_fen
    waiting += interest_day_by_day(terms, events, row, owed)
    if row.n <= terms.interest_grace_periods and terms.method != "bullet" and not ends:
        assert row.interest_fen == 0
        return waiting
    assert row.interest_fen == whole_fen(waiting, terms.rounding)
    return Fraction(0)


def tell(capsys, what, seen):
    """The count of a run on standard error, and a failure if it did less than it should."""
    with capsys.disabled():
        sys.stderr.write(f"\n{what}: {len(seen)} random loans\n")
    assert len(seen) >= EXAMPLES


def test_principal_adds_up_the_balance_ends_at_zero_and_each_row_charges_what_was_owed(capsys):
    seen = []

    @MANY
    @given(lives())
    def holds(life):
        terms, events = life
        rows = quote(terms, events).rows
        assert [row.n for row in rows] == list(range(1, len(rows) + 1))
        assert sum(row.principal_fen + row.prepaid_fen for row in rows) == terms.principal_fen
        assert rows[-1].balance_fen == 0
        before, owed, waiting = terms.disbursed_on, terms.first_payout_fen, Fraction(0)
        for row in rows:
            assert row.due > before
            waiting = check_row(terms, events, row, before, owed, waiting, row is rows[-1])
            before, owed = row.due, row.balance_fen
        seen.append(len(rows))

    holds()
    tell(capsys, "day by day", seen)
    assert sum(seen) > 2 * EXAMPLES


def shorten(day, amount_fen):
    return Prepay(on=day, amount_fen=amount_fen, mode="shorten")


def test_a_prepayment_that_shortens_never_lengthens_and_one_over_the_debt_is_refused(capsys):
    seen = []

    @MANY
    @given(lives(("annuity", "equal_principal", "interest_only", "bullet"), may_pay_off=False), st.data())
    def holds(life, data):
        terms, events = life
        busy = max([terms.disbursed_on, *(e.on for e in events), *(t.on for t in terms.tranches)])
        present = next(period for period in periods_of(terms) if period.start <= busy < period.end)
        free = present.end if busy > terms.disbursed_on else busy + timedelta(1)
        days = (periods_of(terms)[-1].end - free).days
        assume(days > 0)
        day = free + timedelta(data.draw(st.integers(0, days - 1)))
        owed = owed_fen(terms, events, day)
        amount_fen = owed * data.draw(st.integers(1, 100)) // 100
        before, after = quote(terms, events), quote(terms, [*events, shorten(day, amount_fen)])
        assert len(after.rows) <= len(before.rows)
        assert after.total_interest_fen <= before.total_interest_fen + len(before.rows)
        assert after.instalment_after_fen == before.instalment_after_fen
        with pytest.raises(FormatError) as refused:
            quote(terms, [*events, shorten(day, owed + 1)])
        assert refused.value.field == f"events[{len(events)}].amount"
        seen.append(len(after.rows))

    holds()
    tell(capsys, "shorten", seen)


def left_at_the_end(terms, amount):
    """What an instalment, unrounded, leaves of a loan without events when nothing else is rounded either."""
    owed, waiting = Fraction(terms.principal_fen), Fraction(0)
    base = 365 if terms.day_count == "act/365" else 360
    real = terms.day_count != "30/360" and terms.instalment_from == "actual_periods"
    for period in periods_of(terms):
        days = period.days if real else 30 * MONTHS[terms.interval]
        waiting += owed * terms.annual_rate_percent / 100 * days / base
        if period.n > terms.interest_grace_periods:
            interest, waiting = waiting, Fraction(0)
            if period.n > terms.principal_grace_periods:
                owed -= max(amount - interest, 0)
    return owed


def test_the_instalment_is_the_amount_that_clears_the_loan_to_the_last_fraction(capsys):
    seen = []

    @MANY
    @given(loans(("annuity",)))
    def holds(terms):
        assume(not terms.tranches)
        instalment, step = quote(terms).instalment_fen, terms.instalment_multiple_fen
        assert instalment % step == 0
        below = Fraction(1) if terms.instalment_rounding == "up" else Fraction(1, 2)
        above = Fraction(0) if terms.instalment_rounding == "up" else Fraction(1, 2)
        assert left_at_the_end(terms, instalment - below * step) >= 0
        assert left_at_the_end(terms, instalment + above * step) <= 0
        seen.append(instalment)

    holds()
    tell(capsys, "instalment", seen)
