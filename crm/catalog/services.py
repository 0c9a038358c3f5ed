"""Changing the catalogue; each change leaves an event."""

from datetime import datetime

from core.access.actor import Actor
from core.ledger.reference_data import delete_kept, save_kept

from .models import Product, ProductFamily, ProductLine


def save_family(family: ProductFamily, *, actor: Actor, at: datetime) -> ProductFamily:
    """Create or change a product family."""
    return save_kept(family, "product_family", actor=actor, at=at)


def save_line(line: ProductLine, *, actor: Actor, at: datetime) -> ProductLine:
    """Create or change a product line."""
    return save_kept(line, "product_line", actor=actor, at=at)


def save_product(product: Product, *, actor: Actor, at: datetime) -> Product:
    """Create or change a product."""
    return save_kept(product, "product", actor=actor, at=at)


def delete_family(family: ProductFamily, *, actor: Actor, at: datetime) -> None:
    """Delete a family without lines; raises ``StillUsed`` otherwise."""
    delete_kept(family, "product_family", actor=actor, at=at)


def delete_line(line: ProductLine, *, actor: Actor, at: datetime) -> None:
    """Delete a line nothing refers to; raises ``StillUsed`` otherwise."""
    delete_kept(line, "product_line", actor=actor, at=at)


def delete_product(product: Product, *, actor: Actor, at: datetime) -> None:
    """Delete a product nothing refers to; raises ``StillUsed`` otherwise."""
    delete_kept(product, "product", actor=actor, at=at)
