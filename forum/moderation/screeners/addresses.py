"""Checks of links and of the name: where the writer's own links lead, and whether the name is that of a person."""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forum.discussion.models import Comment
from forum.discussion.screening import LINK_CODE, Signal, Strength, Submission

from ..links import SHORTENERS, Link, is_host
from ..models import HostMention, LinkHost, RuleAction
from ..texts import own_links
from ..wording import find_words
from ..wordlists import OFFER, TRADE, is_common, is_listed

MANY_LINKS, FAR_TOO_MANY_LINKS = 3, 10  # more than these
COUNTED = 50  # mentions of a host that are looked at


class Links:
    """The writer's own links: every one is a hint, for early comments wait because of it; some kinds weigh more."""

    def __call__(self, submission: Submission) -> list[Signal]:
        links = own_links(submission.subject, submission.body, article=submission.article, parent=submission.parent)
        if not links:
            return []
        hosts = {host.domain: host for host in LinkHost.objects.filter(domain__in={link.domain for link in links})}
        found = [self._count(links)]
        for domain in dict.fromkeys(link.domain for link in links):
            own = [link for link in links if link.domain == domain]
            found += self._judge_domain(domain, own, hosts.get(domain), submission)
        found += [_disguised(link) for link in links if link.is_disguised]
        return found

    def _count(self, links: tuple[Link, ...]) -> Signal:
        spans = _spans(links)
        if len(links) <= MANY_LINKS:
            domains = "”, “".join(dict.fromkeys(link.domain for link in links))
            return Signal(LINK_CODE, Strength.WEAK, _("It links to “%(domains)s”.") % {"domains": domains}, spans)
        strength = Strength.STRONG if len(links) > FAR_TOO_MANY_LINKS else Strength.WEAK
        return Signal(LINK_CODE, strength, _("It has %(count)s links.") % {"count": len(links)}, spans)

    def _judge_domain(self, domain: str, links: list[Link], host: LinkHost | None, submission: Submission) -> list[Signal]:
        found, spans = [], _spans(links)
        if any(link.host in SHORTENERS or link.domain in SHORTENERS for link in links):
            found.append(
                Signal("link_shortened", Strength.WEAK, _("“%(domain)s” hides where a link leads.") % {"domain": domain}, spans)
            )
        states = Counter(self._states(host, submission)) if host else Counter()
        if removed := states["removed"]:
            found.append(_removed_before(domain, removed, states["public"], spans))
        elif not states["public"]:
            found.append(
                Signal("link_new", Strength.WEAK, _("Nobody has linked to “%(domain)s” here before.") % {"domain": domain}, spans)
            )
        if host and host.action:
            found.append(_by_rule(host, spans))
        return found

    def _states(self, host: LinkHost, submission: Submission) -> list[str]:
        """Return what became of the latest comments that linked to the domain."""
        mentions = HostMention.objects.filter(host=host).exclude(comment=submission.comment_id or 0).order_by("-comment")
        rows = mentions.values_list("comment__public", "comment__state", "comment__reason")[:COUNTED]
        gone = (Comment.State.REMOVED, Comment.State.REJECTED)
        return [
            "public" if public else "removed" if state in gone and reason == Comment.Reason.ADVERTISING else "other"
            for public, state, reason in rows
        ]


def _removed_before(domain: str, removed: int, public: int, spans: tuple[tuple[int, int], ...]) -> Signal:
    sentence = ngettext(
        "“%(domain)s” was in %(count)s comment removed as advertising.",
        "“%(domain)s” was in %(count)s comments removed as advertising.",
        removed,
    ) % {"domain": domain, "count": removed}
    return Signal("link_removed", Strength.STRONG if removed > public else Strength.WEAK, sentence, spans)


def _by_rule(host: LinkHost, spans: tuple[tuple[int, int], ...]) -> Signal:
    sentence = _("A rule of this site is about links to “%(domain)s”.") % {"domain": host.domain}
    if host.note:
        sentence += " " + host.note
    refusal = ""
    if host.action == RuleAction.REFUSE:
        refusal = _("Take out the link to “%(domain)s”. Links to it cannot be posted here") % {"domain": host.domain}
    return Signal(
        "link_rule", Strength.WEAK if host.action == RuleAction.NOTE else Strength.STRONG, sentence, spans, refusal=refusal
    )


def _disguised(link: Link) -> Signal:
    sentence = _("The link reads “%(text)s” and leads to “%(domain)s”.") % {"text": link.text[:80], "domain": link.domain}
    return Signal("link_disguised", Strength.STRONG, sentence, ((link.start, link.end),))


class TradeName:
    """The name is an address, that of a linked site, or what somebody sells."""

    def __call__(self, submission: Submission) -> list[Signal]:
        name = submission.name.strip()
        if not name:
            return []
        if is_host(name):
            return [Signal("name_host", Strength.STRONG, _("The name “%(name)s” is an address.") % {"name": name})]
        letters = "".join(char for char in name.casefold() if char.isalnum())
        links = own_links(submission.subject, submission.body, article=submission.article, parent=submission.parent)
        if any(letters == link.domain.split(".")[0].replace("-", "") and not is_common(letters) for link in links):
            return [Signal("name_brand", Strength.STRONG, _("The name “%(name)s” is that of the linked site.") % {"name": name})]
        if is_trade_name(name):
            return [Signal("name_trade", Strength.WEAK, _("The name “%(name)s” says what somebody sells.") % {"name": name})]
        return []


def is_trade_name(name: str) -> bool:
    """Tell whether ``name`` is made of words of trade: one of them, or two of what is offered."""
    words = [word.text for word in find_words(name)]
    trade = sum(is_listed(word, TRADE) for word in words)
    return len(words) > 1 and (trade > 0 or sum(is_listed(word, OFFER) for word in words) > 1)


def _spans(links: tuple[Link, ...] | list[Link]) -> tuple[tuple[int, int], ...]:
    return tuple((link.start, link.end) for link in links)
