"""Why a comment is shown below another one, in a sentence. Pure."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

MOST_NAMED = 3


def tell_why(topics: Sequence[str], words: Sequence[str]) -> str:
    """Return "Both write about: stroke, baclofen pump.", by the names of ``topics``; rare words where there are few of those.

    Empty where neither is left. There is no "and" between them, for names have one: "sleep and nights".
    """
    named = list(topics[:MOST_NAMED])
    quoted = [_("“%(word)s”") % {"word": word} for word in words]
    if not named and not quoted:
        return ""
    if not named:
        return _("Both use words that few others do: %(words)s.") % {"words": ", ".join(quoted[:MOST_NAMED])}
    return _("Both write about: %(topics)s.") % {"topics": ", ".join([*named, *quoted[: MOST_NAMED - len(named)]])}
