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
    least = {"steps": STEPS, "halls": 1, "accepted_bids": STEPS // 25, "extensions": STEPS // 500}
    for count in least:
        setattr(AnyHall, count, 0)
    # Chance may leave one shard short of what makes it a proof: then it gets another, but not for ever.
    for _ in range(5):
        run_state_machine_as_test(AnyHall, settings=shard)
        done = {count: getattr(AnyHall, count) for count in least}
        if all(done[count] >= least[count] for count in least):
            break
    sys.stderr.write("auction engine: " + ", ".join(f"{done[count]:,} {count}" for count in done) + "\n")
    short = {count: done[count] for count in least if done[count] < least[count]}
    assert not short, f"the halls prove too little: {short} of at least {least}"
