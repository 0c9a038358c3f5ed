"""System check: everything that can point at a project says how it moves when projects are joined."""

from django.core.checks import Error, register


@register()
def relations_know_how_to_move(app_configs, **kwargs) -> list[Error]:
    """Name each unique or many-to-many relation to a project that no app declared."""
    from crm.accounts.merging.relations import unhandled

    from .models import Project

    return [
        Error(
            f"{name} points at a project and may collide when accounts are merged.",
            hint="Declare it in the app's merging.py: registry.moves_by or registry.stays.",
            id="projects.E001",
        )
        for name in unhandled(Project)
    ]
