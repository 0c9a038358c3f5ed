"""Parts of a form's section that a template of their own draws."""

from crispy_forms.layout import LayoutObject
from crispy_forms.utils import TEMPLATE_PACK
from django.template.loader import render_to_string


class Part(LayoutObject):
    """A piece drawn by ``template``, which is given ``form``; ``fields`` names the fields it takes care of."""

    def __init__(self, template: str, *fields: str):
        self.template = template
        self.fields = list(fields)

    def render(self, form, context, template_pack=TEMPLATE_PACK, **kwargs):
        """Return the piece."""
        form.rendered_fields.update(self.fields)
        return render_to_string(self.template, {"form": form})
