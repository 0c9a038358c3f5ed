"""The form of preferences: one box per kind and channel."""

from django import forms

from core.access.actor import Actor

from .models import Channel
from .preferences import choices_of, kinds_for_person


class PreferencesForm(forms.Form):
    """Boxes for the kinds that the person's roles can get."""

    def __init__(self, *args, actor: Actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.kinds = kinds_for_person(actor)
        chosen = choices_of(actor)
        for kind in self.kinds:
            for channel in Channel:
                self.fields[self._name(kind.code, channel)] = forms.BooleanField(
                    label=channel.label, required=False, initial=chosen[kind.code, channel.value]
                )

    @staticmethod
    def _name(kind: str, channel: str) -> str:
        return f"{kind}.{channel}"

    def rows(self) -> list[dict]:
        """Return per kind its label and its boxes."""
        return [
            {
                "label": kind.label,
                "boxes": [self[self._name(kind.code, channel)] for channel in Channel],
            }
            for kind in self.kinds
        ]

    def choices(self) -> dict[tuple[str, str], bool]:
        """Return what was chosen, per (kind, channel)."""
        return {
            (kind.code, channel.value): self.cleaned_data[self._name(kind.code, channel)]
            for kind in self.kinds
            for channel in Channel
        }
