"""Template tags and filters of the shared components; built into every template."""

from django import template
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from djmoney.money import Money

from core.access import guards
from core.ui import wording
from core.ui.names import local_name as name_in_language
from core.ui.statuses import look_of
from core.ui.toasts import undo_address
from core.ui.wording import amount_text, compact_number, initials

from . import ui_forms

register = template.Library()
ui_forms.register_on(register)

NOTHING = mark_safe('<span class="nothing">—</span>')


@register.simple_tag
def icon(name: str, css: str = "") -> str:
    """Return one drawing of the sprite; it says nothing to a screen reader."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def status(state, label="", tone: str = "", icon: str = "") -> str:
    """Return a badge for ``state`` in words (``label``), with colour and drawing."""
    look = look_of(state)
    return format_html(
        '<span class="status tone-{}">{}<span>{}</span></span>',
        tone or look.tone,
        _drawing(icon or look.icon),
        label or state,
    )


def _drawing(name: str) -> str:
    return icon(name, "icon-xs")


@register.simple_tag
def money(value, empty: str = "") -> str:
    """Return an amount with its currency named, or a dash where there is none."""
    if value is None or value == "":
        return conditional_escape(empty) if empty else NOTHING
    if isinstance(value, Money):
        return format_html(
            '<span class="money"><span class="money-currency">{}</span> {}</span>',
            value.currency.code,
            amount_text(value.amount),
        )
    return format_html('<span class="money">{}</span>', amount_text(value))


@register.simple_tag
def when(value, style: str = "relative") -> str:
    """Return a time in words with the exact one on hover; a dash for none."""
    if not value:
        return NOTHING
    shown = wording.moment(value, style)
    return format_html('<time datetime="{}" title="{}">{}</time>', shown.machine, shown.exact, shown.text)


@register.simple_tag
def days_left(value) -> str:
    """Return how long until ``value``, coloured by nearness; a dash for none."""
    if not value:
        return NOTHING
    left, exact = wording.remaining(value), wording.moment(value, "exact")
    return format_html(
        '<time class="days-left text-tone-{}" datetime="{}" title="{}">{}</time>',
        left.tone,
        exact.machine,
        exact.exact,
        left.text,
    )


@register.simple_tag
def person(name: str, note: str = "") -> str:
    """Return a person: a disc with their initials, and the name."""
    if not name:
        return NOTHING
    name = str(name)
    return format_html(
        '<span class="person"><span class="person-disc" aria-hidden="true">{}</span><span>{}{}</span></span>',
        initials(name),
        name,
        format_html('<small class="person-note">{}</small>', note) if note else "",
    )


@register.inclusion_tag("components/empty_state.html")
def empty_state(icon="inbox", title="", text="", action_url="", action_label="") -> dict:
    """Say what would be here and how to begin."""
    return {
        "icon": icon,
        "title": title,
        "text": text,
        "action_url": action_url,
        "action_label": action_label,
    }


@register.inclusion_tag("components/back.html")
def back(url: str, label: str) -> dict:
    """Return the one link back, above the heading."""
    return {"url": url, "label": label}


@register.inclusion_tag("components/facts.html")
def facts(pairs, columns: int = 1) -> dict:
    """Show ``(label, value)`` pairs; an empty value is a dash."""
    return {"pairs": pairs, "columns": columns}


@register.inclusion_tag("components/timeline.html")
def timeline(entries, newest_first: bool = True) -> dict:
    """Show what happened, from ``core.ledger.timeline``."""
    entries = list(entries)
    entries.sort(key=lambda entry: (entry.at, getattr(entry.event, "pk", 0) or 0), reverse=newest_first)
    return {"entries": entries}


@register.inclusion_tag("components/confirm.html", takes_context=True)
def confirm(
    context,
    id: str,
    action: str,
    title: str,
    label: str,
    text: str = "",
    tone: str = "primary",
    icon: str = "",
) -> dict:
    """Return a dialog that posts to ``action``; open it with ``data-dialog-open="<id>"`` on a button."""
    return {
        "csrf_token": context.get("csrf_token"),
        "id": id,
        "action": action,
        "title": title,
        "text": text,
        "label": label,
        "tone": tone,
        "icon": icon,
    }


@register.inclusion_tag("components/chart.html")
def chart(chart, heading: str = "h3") -> dict:
    """Draw a chart of ``core.ui.charts`` with its figures as a table below."""
    return {"chart": chart, "heading": heading}


@register.inclusion_tag("components/table.html", takes_context=True)
def simple_table(context, table) -> dict:
    """Show a short table of ``core.ui.tables`` inside another page: no sorting, no paging."""
    return {"table": table, "plain": True, "request": context.get("request")}


@register.simple_tag
def column_css(column) -> str:
    """Return the classes of a table's column: its own, and what it is on a phone's card."""
    own, card = getattr(column.column, "css", ""), getattr(column.column, "card", "meta")
    return f"{own} card-{card}-cell".strip()


@register.simple_tag(takes_context=True)
def page_title(context) -> str:
    """Return the page's ``title`` block once more, for its heading."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block("title") if blocks else None
    return block.render(context).strip() if block else context.get("page_title", "")


@register.simple_tag(takes_context=True)
def query(context, **changes) -> str:
    """Return ``?…``: the address's own query with ``changes``; an empty value takes a key away."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    parameters.pop("export", None)
    if changes.get("export"):
        parameters["export"] = changes["export"]
    return f"?{parameters.urlencode()}"


@register.simple_tag(takes_context=True)
def query_without(context, name: str) -> str:
    """Return ``?…``: the address's own query without one key, from its first page."""
    return query(context, **{name: "", "page": ""})


@register.filter
def reference(ref: str) -> str:
    """Print a public reference in groups of four: ``7KQ2-M9XR-T4HD``."""
    text = str(ref or "")
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


@register.filter
def local_name(row) -> str:
    """Return the name of reference data in the reader's language."""
    return name_in_language(row) if row else ""


@register.filter
def may(actor, permission: str) -> bool:
    """Tell whether ``actor`` may do ``permission``: the roles' grant, and not read only."""
    return bool(actor) and guards.allows(actor, permission)


@register.filter
def undo(message) -> str:
    """Return where a notice's button takes back what was done; "" for a notice without one."""
    return undo_address(message)


@register.filter
def compact(value) -> str:
    """Shorten a big number: 1.2M; 120万 in Chinese."""
    return compact_number(value or 0)


@register.filter
def country(code: str) -> str:
    """Return the name of a country in the reader's language."""
    from core.ui.countries import country_name

    return country_name(code)
