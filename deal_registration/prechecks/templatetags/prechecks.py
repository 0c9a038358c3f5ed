"""What templates of pre-checks need."""

from django import template

from deal_registration.prechecks.wording import answer_words

register = template.Library()


@register.filter
def precheck_answer(question) -> str:
    """Return the answer of a question in one line of words."""
    return answer_words(question)
