"""What must hold in every hall (I3 to I6), for as many random steps as PROVE_STEPS says.

5,000 events are decided in every run of the tests, 100,000 for the full count.
"""

import os
import sys

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.listings.auctions.engine.any_hall import AnyHall

STEPS = int(os.environ.get("PROVE_STEPS", "5000"))
STEPS_PER_HALL = 50


def test_what_must_hold_in_every_hall_holds_for_the_promised_number_of_steps():
    shard = settings(
        max_examples=max(STEPS // STEPS_PER_HALL, 1),
        stateful_step_count=STEPS_PER_HALL,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    counts = ("steps", "halls", "accepted_bids", "extensions")
    for count in counts:
        setattr(AnyHall, count, 0)
    halls = -1
    while AnyHall.steps < STEPS and AnyHall.halls > halls:
        halls = AnyHall.halls
        run_state_machine_as_test(AnyHall, settings=shard)
    sys.stderr.write("auction engine: " + ", ".join(f"{getattr(AnyHall, count):,} {count}" for count in counts) + "\n")
    assert AnyHall.steps >= STEPS, f"only {AnyHall.steps:,} of {STEPS:,} steps were done"
    assert AnyHall.accepted_bids >= STEPS // 25, "hardly a bid was accepted: the halls prove too little"
    assert AnyHall.extensions >= STEPS // 500, "hardly a hall was extended: the halls prove too little"
