"""What a person types wrong in a field is told in words that say what to write."""

import pytest
from django.forms import ValidationError

from exchange.fields import AreaField


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("-5", "The area must be more than 0."),
        ("0", "The area must be more than 0."),
        ("three mu", "Write an area in square metres, such as 1200.50."),
    ],
)
def test_a_wrong_area_is_refused_in_plain_words(typed, words):
    with pytest.raises(ValidationError) as refusal:
        AreaField().clean(typed)
    assert refusal.value.messages == [words]
