"""Money: accounts in fen, transfers that sum to zero, holds; and the bank's side of it.

A posting adds to its account's balance. What the exchange owes to somebody is positive; the account of kind
"bank" mirrors the settlement account at the bank and is therefore negative; all accounts together are zero.
"""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchange.clock import LegalNow
from exchange.locking import Row

BALANCED = """
IF (SELECT count(*) < 2 OR sum(amount_fen) <> 0 FROM ledger_posting WHERE transfer_id = {transfer}) THEN
    RAISE EXCEPTION 'transfer % does not sum to zero', {transfer} USING ERRCODE = 'check_violation';
END IF;
RETURN NULL;
"""


class Balanced(pgtrigger.Trigger):
    """At commit the postings of the transfer must be two or more and sum to zero."""

    when = pgtrigger.After
    operation = pgtrigger.Insert
    timing = pgtrigger.Deferred

    def __init__(self, name: str, transfer: str) -> None:
        super().__init__(name=name, func=BALANCED.format(transfer=transfer))


def append_only(name: str = "append_only") -> pgtrigger.Protect:
    """Refuse UPDATE and DELETE: what is wrong is corrected by a new row."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


def never_deleted() -> pgtrigger.Protect:
    """Refuse DELETE."""
    return pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)


class Account(Row):
    """An account of the exchange's books (账户), in fen.

    `balance_fen` is the sum of its postings, `held_fen` the sum of its open holds; both are kept beside the
    rows they sum and recomputed by `check_ledger`. Never less than `floor_fen` is free (null: no floor).
    """

    class Kind(models.TextChoices):
        BANK = "bank", _("Settlement account")
        DEPOSIT = "deposit", _("Deposit")
        DEAL = "deal", _("Deal")
        LOAN = "loan", _("Loan")
        PAYOUT = "payout", _("Payout")
        TRANSIT = "transit", _("Payments under way")
        SUSPENSE = "suspense", _("Money of unknown purpose")
        FEE = "fee", _("Fees")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    code = models.CharField(max_length=60, unique=True)
    division = models.ForeignKey("accounts.Division", null=True, on_delete=models.PROTECT, related_name="+")
    owner_type = models.CharField(max_length=60, blank=True)
    owner_id = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=120)
    floor_fen = models.BigIntegerField(null=True, default=0)
    balance_fen = models.BigIntegerField(default=0)
    held_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(floor_fen=None)
                | models.Q(balance_fen__gte=models.F("floor_fen") + models.F("held_fen")),
                name="no_account_falls_below_its_floor",
            ),
            models.CheckConstraint(condition=models.Q(held_fen__gte=0), name="what_is_held_is_not_negative"),
        ]
        indexes = [models.Index(fields=["owner_type", "owner_id"], name="accounts_of_owner")]
        triggers = [never_deleted(), pgtrigger.ReadOnly(name="identity", fields=["kind", "code", "floor_fen"])]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def free_fen(self) -> int | None:
        """What can be spent or held now; None means without limit."""
        return None if self.floor_fen is None else self.balance_fen - self.held_fen - self.floor_fen


class Transfer(Row):
    """Money moving between accounts (转账), once per request key; a correction is a transfer that reverses one."""

    kind = models.CharField(max_length=30)
    request_key = models.CharField(max_length=100, unique=True)
    memo = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")

    class Meta:
        triggers = [append_only(), Balanced("is_balanced", "NEW.id")]

    def __str__(self) -> str:
        return f"{self.kind} {self.request_key}"


class Posting(models.Model):
    """One account's part of a transfer, signed, in fen."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings", db_index=False)
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transfer", "account"], name="an_account_stands_once_in_a_transfer"),
            models.CheckConstraint(condition=~models.Q(amount_fen=0), name="a_posting_moves_something"),
        ]
        indexes = [models.Index(fields=["account", "id"], name="postings_of_account")]
        triggers = [append_only(), Balanced("sums_to_zero", "NEW.transfer_id")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount_fen:+d}"


class Hold(Row):
    """Money set aside (冻结) for one purpose: captured, wholly or in part, or released; once."""

    class State(models.TextChoices):
        HELD = "held", _("held")
        CAPTURED = "captured", _("captured")
        RELEASED = "released", _("released")

    NEXT: ClassVar = {State.HELD: {State.CAPTURED, State.RELEASED}}

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    amount_fen = models.BigIntegerField()
    captured_fen = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    reason = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    transfer = models.OneToOneField(Transfer, null=True, on_delete=models.PROTECT, related_name="hold")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="a_hold_holds_something"),
            models.CheckConstraint(
                condition=models.Q(
                    state="captured",
                    captured_fen__gt=0,
                    captured_fen__lte=models.F("amount_fen"),
                    transfer__isnull=False,
                )
                | (~models.Q(state="captured") & models.Q(captured_fen=None, transfer=None)),
                name="only_a_captured_hold_has_moved_money",
            ),
            models.UniqueConstraint(
                fields=["account", "reason", "subject_type", "subject_id"],
                condition=models.Q(state="held"),
                name="a_subject_holds_once_for_a_reason",
            ),
        ]
        triggers = [
            never_deleted(),
            pgtrigger.ReadOnly(name="terms", fields=["account", "amount_fen", "subject_type", "subject_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.amount_fen}"


class SubAccount(Row):
    """A virtual sub-account at the bank (虚拟子账户): money paid in under its number belongs to one subject."""

    class Purpose(models.TextChoices):
        DEPOSIT = "deposit", _("Deposit")
        DEAL = "deal", _("Deal")
        LOAN = "loan", _("Loan")

    number = models.CharField(max_length=32, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sub_accounts")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    payer_name = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "subject_type", "subject_id"],
                condition=models.Q(closed_at=None),
                name="a_subject_has_one_open_sub_account_for_a_purpose",
            )
        ]
        triggers = [never_deleted(), pgtrigger.ReadOnly(name="identity", fields=["number", "account", "purpose"])]

    def __str__(self) -> str:
        return self.number


class BankOrder(Row):
    """A payment that the bank is to make (付款指令): our outbox. The bank pays each reference once.

    The money lies on the transit account from the order until the bank has paid, or goes back to `account`
    when it refuses. `attempts` counts how often the bank was spoken to; before each repeat it is asked first.
    `returns` is the line whose money goes back unasked: refused by the bank, it becomes `UnclearMoney`.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("to be sent")
        SENT = "sent", _("sent to the bank")
        PAID = "paid", _("paid")
        FAILED = "failed", _("refused by the bank")

    NEXT: ClassVar = {State.DRAFT: {State.SENT}, State.SENT: {State.PAID, State.FAILED}}

    reference = models.CharField(max_length=60, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="bank_orders")
    to_name = models.CharField(max_length=120)
    to_account = models.CharField(max_length=40)
    amount_fen = models.BigIntegerField()
    memo = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT, related_name="bank_order")
    attempts = models.PositiveIntegerField(default=0)
    returns = models.ForeignKey("BankLine", null=True, on_delete=models.PROTECT, related_name="returned_by")
    next_try_at = models.DateTimeField(db_default=LegalNow())
    last_error = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="an_order_pays_something")]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"], condition=models.Q(state__in=["draft", "sent"]), name="orders_under_way"
            )
        ]
        triggers = [
            never_deleted(),
            pgtrigger.ReadOnly(name="terms", fields=["reference", "account", "to_name", "to_account", "amount_fen"]),
        ]

    def __str__(self) -> str:
        return self.reference


class Statement(models.Model):
    """How far the bank's statement has been read without a gap; its lock puts readers in a row."""

    name = models.CharField(primary_key=True, max_length=20)
    read_up_to = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.read_up_to}"


class BankLine(Row):
    """One line of the bank's statement (银行流水) as we booked it, once; money out is negative."""

    class State(models.TextChoices):
        BOOKED = "booked", _("booked")
        SENT_BACK = "sent_back", _("sent back: unknown sub-account")
        SUSPENSE = "suspense", _("to be clarified")
        PAID_OUT = "paid_out", _("order paid")

    line_number = models.BigIntegerField(unique=True)
    bank_ref = models.CharField(max_length=60, unique=True)
    number = models.CharField(max_length=32, blank=True)
    payer_name = models.CharField(max_length=120, blank=True)
    payer_account = models.CharField(max_length=40, blank=True)
    amount_fen = models.BigIntegerField()
    reference = models.CharField(max_length=60, blank=True)
    booked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices)
    sub_account = models.ForeignKey(SubAccount, null=True, on_delete=models.PROTECT, related_name="lines")
    transfer = models.OneToOneField(Transfer, null=True, on_delete=models.PROTECT, related_name="bank_line")

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(amount_fen=0), name="a_line_moves_something")]
        indexes = [models.Index(fields=["number"], name="lines_of_sub_account")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.line_number} {self.bank_ref}"


class UnclearMoney(Row):
    """Money that came and that nobody can be given yet (挂账); it leaves by the decision of two finance clerks.

    It is held on `account`, so that nothing else can spend it, until one clerk has proposed where it goes and
    another has confirmed. `proposals` counts the proposals; each has a payment order of its own at most.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("to be clarified")
        PROPOSED = "proposed", _("waits for a second clerk")
        ORDERED = "ordered", _("on its way back")
        RETURNED = "returned", _("sent back")
        FAILED = "failed", _("refused by the bank")

    NEXT: ClassVar = {
        State.WAITING: {State.PROPOSED},
        State.PROPOSED: {State.WAITING, State.ORDERED},
        State.ORDERED: {State.RETURNED, State.FAILED},
        State.FAILED: {State.PROPOSED},
    }

    class Cause(models.TextChoices):
        NO_PAYER = "no_payer", _("The bank does not say from which account it came.")
        REFUSED = "refused", _("The account it came from does not take it back.")

    line = models.OneToOneField(BankLine, on_delete=models.PROTECT, related_name="unclear")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    division = models.ForeignKey("accounts.Division", null=True, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    cause = models.CharField(max_length=10, choices=Cause.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    hold = models.OneToOneField(Hold, null=True, on_delete=models.PROTECT, related_name="+")
    proposals = models.PositiveIntegerField(default=0)
    to_name = models.CharField(max_length=120, blank=True)
    to_account = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=200, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    order = models.OneToOneField(BankOrder, null=True, on_delete=models.PROTECT, related_name="unclear")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="unclear_money_is_some_money"),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None) | ~models.Q(confirmed_by=models.F("proposed_by")),
                name="nobody_confirms_his_own_proposal",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "proposed"], order=None, confirmed_by=None)
                | models.Q(state__in=["ordered", "returned", "failed"], order__isnull=False),
                name="only_a_confirmed_proposal_has_an_order",
            ),
        ]
        triggers = [never_deleted(), pgtrigger.ReadOnly(name="terms", fields=["line", "account", "amount_fen"])]

    def __str__(self) -> str:
        return f"{self.line_id} {self.amount_fen}"
