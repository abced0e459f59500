"""When a late bid moves the end (延时), docs/record.md "Extension". Times in microseconds."""

from listings.auctions.engine.clauses import Extension
from listings.auctions.engine.reading import DAY
from listings.auctions.engine.rules import Rules
from listings.auctions.engine.state import Extended, State


def extend(state: State, rules: Rules, at: int) -> Extended | None:
    """The extension that an accepted bid at that time brings, or None. `at` is before the end."""
    extension = rules.extension
    if extension.mode == "none":
        return None
    window = extension.length if extension.mode == "quiet_period" else extension.window
    end = state.ends_at
    if at < end - window or extension.max_count is not None and state.extensions >= extension.max_count:
        return None
    cap = _cap(state, extension)
    if cap is not None and end >= cap:
        return None
    new_end = max(end, (end if extension.mode == "from_end" else at) + extension.length)
    if extension.night is not None:
        new_end = _after_the_night(new_end, extension, rules.offset)
    if cap is not None:
        new_end = min(new_end, cap)
    return Extended(end, new_end, state.extensions + 1)


def _cap(state: State, extension: Extension) -> int | None:
    total, hard = extension.max_total, state.hard_end
    if total is None:
        return hard
    latest = state.base_end + total
    return latest if hard is None else min(latest, hard)


def _after_the_night(end: int, extension: Extension, offset: int) -> int:
    """The end itself, or the next `resume_at` if its time of day lies in the night."""
    night = extension.night
    time_of_day = (end + offset) % DAY
    if night is None or night.resume_at <= time_of_day <= night.no_close_after:
        return end
    wait = night.resume_at - time_of_day
    return end + (wait if wait > 0 else wait + DAY)
