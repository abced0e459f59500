"""`{{ rule.note|rule_text }}`: the source or note of a rule in the reader's language."""

from __future__ import annotations

from django import template

from exchange.rulebook.wording import in_own_language

register = template.Library()
register.filter("rule_text", in_own_language)
