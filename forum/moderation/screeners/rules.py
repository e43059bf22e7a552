"""The site's own rules about words. Rules about links are looked at where links are (``addresses``)."""

from django.utils.translation import gettext as _

from forum.discussion.patterns import Pattern, PatternError, PatternSet, parse_pattern, tokens_of
from forum.discussion.screening import Signal, Strength, Submission

from ..models import PhraseRule, RuleAction
from ..texts import own_text


class SitePhrases:
    """A phrase that moderators look out for. Their note is the reason."""

    def __call__(self, submission: Submission) -> list[Signal]:
        rules = PatternSet((pattern, rule) for rule in PhraseRule.objects.filter(is_active=True) if (pattern := _parse(rule)))
        tokens = tokens_of(own_text(submission.subject, submission.body))
        places: dict[PhraseRule, list[tuple[int, int]]] = {}
        for match, rule in rules.find(tokens):
            places.setdefault(rule, []).append((tokens[match.first].start, tokens[match.last - 1].end))
        return [self._say(rule, places[rule], len(submission.body)) for rule in sorted(places, key=str)]

    def _say(self, rule: PhraseRule, places: list[tuple[int, int]], size: int) -> Signal:
        sentence = _("A rule of this site is about “%(phrase)s”.") % {"phrase": rule.phrase}
        if rule.note:
            sentence += " " + rule.note
        refusal = ""
        if rule.action == RuleAction.REFUSE:
            refusal = _("Take out “%(phrase)s”. It cannot be posted here") % {"phrase": rule.phrase}
        strength = Strength.WEAK if rule.action == RuleAction.NOTE else Strength.STRONG
        spans = tuple(place for place in places if place[1] <= size)
        return Signal("phrase_rule", strength, sentence, spans, refusal=refusal)


def _parse(rule: PhraseRule) -> Pattern | None:
    """Return the pattern of a rule; None for one that was stored by other means than its form."""
    try:
        return parse_pattern(rule.phrase)
    except PatternError:
        return None
