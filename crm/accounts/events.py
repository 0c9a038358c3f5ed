"""What happens to accounts, contacts, house listings and shares. None of it concerns a partner."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from core.ledger import declare as declare_any

LABELS = {
    "name": _("name"),
    "changed": _("changed"),
    "source": _("source"),
    "parent": _("parent company"),
    "territory": _("territory"),
    "lifecycle": _("status"),
    "valid_from": _("from"),
    "valid_until": _("until"),
    "reason": _("reason"),
    "ends_on": _("ends on"),
    "person": _("person"),
    "others": _("looks like"),
    "account": _("account"),
    "names": _("known as"),
    "from_owner": _("old owner"),
    "to_owner": _("new owner"),
    "from_territory": _("old territory"),
    "to_territory": _("new territory"),
}
declare = partial(declare_any, partner_sees=False, labels=LABELS)

declare("account.created", label=_("Account created"), tone="success", icon="building")
declare("account.prospect_added", label=_("Prospect noted"), icon="building")
declare("account.promoted", label=_("Became an account"), tone="success", icon="building")
declare("account.changed", label=_("Account changed"), icon="pencil")
declare("account.grouped", label=_("Parent company changed"), icon="sitemap")
declare("account.alias_added", label=_("Another name confirmed"), icon="tag")
declare("account.transferred", label=_("Transferred"), tone="accent", icon="transfer")
declare("account.transfer_received", label=_("Accounts received"), icon="transfer")
declare("account.transfer_given", label=_("Accounts handed on"), icon="transfer")
declare("account.transfer_finished", label=_("Transfer finished"), icon="transfer")
declare(
    "account.told_apart", label=_("Added as another company than those it looks like"), icon="arrows-diff"
)
declare("account.shared", label=_("Shared"), icon="share")
declare("account.unshared", label=_("Sharing ended"), icon="link-off")
declare("account.merged", label=_("Another account merged into this one"), tone="success", icon="git-merge")
declare("account.merged_away", label=_("Merged into another account"), icon="git-merge")
declare("account.merged_late", label=_("Moved over from a merged account"), icon="git-merge")
declare("account.merge_undone", label=_("Merge undone"), tone="warning", icon="arrow-back-up")
declare("account.merge_held", label=_("Merge held for a ruling"), tone="warning", icon="player-pause")
declare("account.judged_different", label=_("Not the same as another account"), icon="x")
declare("account.judgement_undone", label=_("Open again: may be the same"), icon="arrow-back-up")
declare("duplicates.searched", label=_("Search for duplicates started"), icon="search")
declare("duplicates.found", label=_("Search for duplicates finished"), icon="search")
declare("contact.added", label=_("Contact added"), icon="user-plus")
declare("contact.changed", label=_("Contact changed"), icon="user")
declare("contact.removed", label=_("Contact removed"), icon="user")
declare("house_listing.added", label=_("Put on the house list"), tone="warning", icon="home")
declare("house_listing.ended", label=_("Taken off the house list"), icon="home")
