"""The blocks that the body of a page is built from."""

from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock

TEXT_FEATURES = ["h3", "h4", "bold", "italic", "ol", "ul", "hr", "link", "document-link"]

# Icons of the component library that a card may carry.
CARD_ICONS = (
    ("file-plus", _("Form")),
    ("shield-check", _("Shield")),
    ("users", _("People")),
    ("building", _("Building")),
    ("news", _("News")),
    ("chart-bar", _("Chart")),
    ("clock", _("Clock")),
    ("certificate", _("Certificate")),
)


class HeadingBlock(blocks.StructBlock):
    """A heading between the parts of a page."""

    text = blocks.CharBlock(label=_("Text"), max_length=200)

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "content/blocks/heading.html"


class PictureBlock(blocks.StructBlock):
    """An image with an optional caption."""

    image = ImageBlock(label=_("Image"))
    caption = blocks.CharBlock(label=_("Caption"), max_length=250, required=False)

    class Meta:
        icon = "image"
        label = _("Image")
        template = "content/blocks/picture.html"


class QuoteBlock(blocks.StructBlock):
    """Somebody's words."""

    text = blocks.TextBlock(label=_("Words"))
    by = blocks.CharBlock(label=_("Said by"), max_length=150, required=False)

    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "content/blocks/quote.html"


class LinkedBlock(blocks.StructBlock):
    """Something that leads to a page of this site or to an address, never to both."""

    page = blocks.PageChooserBlock(label=_("Page"), required=False)
    address = blocks.CharBlock(
        label=_("Or an address"),
        max_length=500,
        required=False,
        help_text=_("Begins with / for a place in this portal, or with https://"),
    )
    link_required = False

    def clean(self, value):
        """Refuse two targets, none where one is needed, and addresses that are not web addresses."""
        result = super().clean(value)
        page, address = result.get("page"), (result.get("address") or "").strip()
        errors = {}
        if page and address:
            errors["address"] = ErrorList([ValidationError(_("Choose a page or give an address, not both."))])
        elif self.link_required and not page and not address:
            errors["page"] = ErrorList([ValidationError(_("Choose a page or give an address."))])
        elif address and not is_web_address(address):
            errors["address"] = ErrorList([ValidationError(_("Begin the address with / or https://"))])
        if errors:
            raise StructBlockValidationError(block_errors=errors)
        return result

    def get_context(self, value, parent_context=None):
        """Add the address the block leads to."""
        context = super().get_context(value, parent_context=parent_context)
        context["target"] = target_of(value)
        return context


def is_web_address(address: str) -> bool:
    """Tell whether ``address`` is a place in this portal (one slash) or a page of the web."""
    if address.startswith("/"):
        return not address.startswith(("//", "/\\"))
    return address.startswith(("https://", "http://"))


def target_of(value) -> str:
    """Return where a linked block leads: the page's address, the address given, or ""."""
    page = value.get("page")
    if page:
        return page.localized.url or ""
    address = (value.get("address") or "").strip()
    return address if is_web_address(address) else ""


class CallToActionBlock(LinkedBlock):
    """A sentence and a button."""

    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.CharBlock(label=_("Text"), max_length=300, required=False)
    button = blocks.CharBlock(label=_("Words on the button"), max_length=40)
    link_required = True

    class Meta:
        icon = "pick"
        label = _("Call to action")
        template = "content/blocks/call_to_action.html"


class CardBlock(LinkedBlock):
    """One card of a row: icon, title, text."""

    icon = blocks.ChoiceBlock(label=_("Icon"), choices=CARD_ICONS, default="file-plus")
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.TextBlock(label=_("Text"), max_length=400)

    class Meta:
        icon = "form"
        label = _("Card")
        template = "content/blocks/card.html"


class CardsBlock(blocks.StructBlock):
    """A row of cards."""

    cards = blocks.ListBlock(CardBlock(), label=_("Cards"), min_num=1, max_num=6)

    class Meta:
        icon = "grip"
        label = _("Cards")
        template = "content/blocks/cards.html"


class DocumentBlock(blocks.StructBlock):
    """A document to download."""

    document = DocumentChooserBlock(label=_("Document"))
    title = blocks.CharBlock(
        label=_("Title"), max_length=200, required=False, help_text=_("Empty: the document's own title.")
    )

    class Meta:
        icon = "doc-full"
        label = _("Document")
        template = "content/blocks/document.html"


class BodyBlock(blocks.StreamBlock):
    """What the body of any page may hold."""

    heading = HeadingBlock()
    text = blocks.RichTextBlock(
        label=_("Text"), icon="pilcrow", features=TEXT_FEATURES, template="content/blocks/text.html"
    )
    picture = PictureBlock()
    quote = QuoteBlock()
    call_to_action = CallToActionBlock()
    cards = CardsBlock()
    document = DocumentBlock()
