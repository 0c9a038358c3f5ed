"""Forms: sections, errors where they are and on top, typed values kept, one-time keys."""

from django import forms
from django.template import engines
from djmoney.forms import MoneyField

from core.ui.forms import OneTimeKeyMixin, Row, Section, SectionFormMixin


class DealForm(OneTimeKeyMixin, SectionFormMixin, forms.Form):
    name = forms.CharField(label="Customer", help_text="By its full name.")
    city = forms.CharField(label="City", required=False)
    amount = MoneyField(label="Value", required=False, default_currency="CNY")
    lines = forms.MultipleChoiceField(
        label="Lines",
        choices=[("p", "Pumps"), ("v", "Valves")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agreed = forms.BooleanField(label="Agreed", required=False)
    extra = forms.CharField(label="Extra", required=False)

    sections = (
        Section("Who", "Who will use it.", Row("name", "city"), "gone", "amount", "lines"),
        Section("Nothing of this form", "", "gone"),
    )


def draw(form):
    return engines["django"].from_string("{% form_sections form %}").render({"form": form})


def test_sections_name_their_fields_and_the_rest_comes_last():
    html = draw(DealForm())
    assert "Who will use it." in html and "Nothing of this form" not in html
    assert html.index("Customer") < html.index("Agreed") < html.index("Extra")
    assert html.count('name="one_time_key"') == 1
    assert html.count('name="name"') == 1


def test_errors_are_at_the_field_and_on_top_and_typed_values_stay():
    html = draw(DealForm({"city": "<Köln>", "one_time_key": "k"}))
    assert 'href="#id_name"' in html and "One thing needs mending." in html
    assert 'aria-invalid="true"' in html and 'id="id_name_error"' in html
    assert 'value="&lt;Köln&gt;"' in html


def test_help_is_tied_to_its_field():
    html = draw(DealForm())
    assert 'aria-describedby="id_name_helptext"' in html and 'id="id_name_helptext"' in html


def test_key_is_new_on_a_fresh_form_and_kept_over_a_refused_one():
    fresh = {str(DealForm()["one_time_key"].value()) for _ in range(3)}
    assert len(fresh) == 3
    assert 'value="kept"' in draw(DealForm({"one_time_key": "kept"}))


def test_form_without_its_key_is_refused_with_a_message():
    form = DealForm({"name": "x"})
    assert not form.is_valid()
    assert "Reload the page" in form.errors["one_time_key"][0]
    assert "Reload the page" in draw(form)


def test_no_inline_style_or_script():
    html = draw(DealForm({"amount_0": "x"}))
    assert "style=" not in html and "<script" not in html and "onclick" not in html
