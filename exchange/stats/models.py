"""Figures: what the events of one day add up to, and how far the journal has been folded into them."""

from __future__ import annotations

from django.db import models

from exchange.journal.models import Origin


class Figure(models.Model):
    """One cell (统计数): a measure of one legal day, division, kind of right and origin.

    Written by `fold` and `rebuild` alone; `area_m2` in square metres, `part` splits a measure further.
    """

    measure = models.CharField(max_length=40)
    day = models.DateField()
    division = models.ForeignKey("accounts.Division", null=True, on_delete=models.PROTECT, related_name="+")
    right_kind = models.CharField(max_length=40, blank=True)
    origin = models.CharField(max_length=12, choices=Origin.choices)
    part = models.CharField(max_length=120, blank=True)
    count = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    area_m2 = models.DecimalField(max_digits=20, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "division", "day", "right_kind", "origin", "part"],
                nulls_distinct=False,
                name="each_cell_stands_once",
            )
        ]
        indexes = [models.Index(fields=["measure", "day"], name="figures_of_a_measure_by_day")]

    def __str__(self) -> str:
        return f"{self.measure} {self.day} {self.division_id} {self.count}"


class FoldCursor(models.Model):
    """The number of the last seal whose event is in the figures; one row."""

    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)
