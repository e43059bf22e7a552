"""What software finds, in a few words for each code: the lines of a table. A signal's own sentence gives the evidence."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forum.discussion.details import DetailKind

DETAILS_CODE = "details_"  # begins the code of a signal about a detail; its kind follows
_NAMES: dict[str, str | Promise] = {
    "link": _("A link"),
    "link_new": _("A link to a domain that is new here"),
    "link_removed": _("A link to a domain that was removed before"),
    "link_shortened": _("A link that hides where it leads"),
    "link_disguised": _("A link that leads elsewhere than it says"),
    "link_rule": _("A domain of the site’s own rules"),
    "phrase_rule": _("A phrase of the site’s own rules"),
    "name_host": _("A name that is an address"),
    "name_brand": _("A name that is that of the linked site"),
    "name_trade": _("A name that says what somebody sells"),
    "repeat": _("Text that is here already"),
    "repeat_removed": _("Text that was removed before"),
    "copied": _("Text copied from the article"),
    "form_fast": _("Sent seconds after the form opened"),
    "honeypot": _("A field filled in that people do not see"),
    "many_places": _("Several old articles within an hour"),
    "advertising": _("It reads like an advertisement"),
    "ad_phrase": _("A search phrase foreign to the article"),
    "ad_praise": _("Praise that would fit under any page"),
    "ad_sells": _("Words of somebody who sells"),
    "ad_sends": _("Words that send readers elsewhere"),
    "ad_miracle": _("A cure promised"),
    "learned": _("The filter that learns from decisions"),
    "reported": _("Reported by readers"),
}


def name_reason(code: str) -> str:
    """Return what a signal with ``code`` has found; for a check that this site has added, its code in plain letters."""
    kind = code.removeprefix(DETAILS_CODE)
    if kind in DetailKind:
        return str(DetailKind(kind).label).capitalize()
    return str(_NAMES.get(code, code.replace("_", " ").capitalize()))
