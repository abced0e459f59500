"""The arithmetic of a democratic decision (民主决议), in integers only.

Law on Rural Collective Economic Organisations, arts. 26-28. "Two thirds or more" includes two thirds.
"""

# Marks a sentence for the translation catalogue; whoever shows it translates it: gettext(str(error)).
_ = str

ASSEMBLY = "assembly"  # 成员大会
DELEGATES = "delegates"  # 成员代表大会


def needed(eligible: int) -> int:
    """The votes in favour, or people present, that make two thirds or more: 100 → 67, 99 → 66."""
    if type(eligible) is not int or eligible <= 0:
        raise ValueError(_("The number of people entitled to vote must be a whole number above zero."))
    return -(-2 * eligible // 3)


def passes(organ: str, eligible: int, present: int, in_favour: int) -> bool:
    """Whether a decision on collective land or assets is made.

    The assembly of members needs two thirds of all members present and two thirds of all members in
    favour; the assembly of delegates two thirds of all delegates in favour. `eligible` counts everybody
    who may vote, present or not. Raises ValueError for numbers that cannot be, and another organ.
    """
    if organ not in (ASSEMBLY, DELEGATES):
        raise ValueError('The deciding organ must be "assembly" or "delegates".')
    required = needed(eligible)
    if type(present) is not int or type(in_favour) is not int or in_favour < 0:
        raise ValueError(_("People present and votes in favour must be whole numbers, zero or more."))
    if in_favour > present:
        raise ValueError(_("There cannot be more votes in favour than people present."))
    if present > eligible:
        raise ValueError(_("There cannot be more people present than may vote."))
    quorum = present >= required or organ == DELEGATES
    return quorum and in_favour >= required
