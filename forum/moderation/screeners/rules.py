"""The site's own rules about words. Rules about links are looked at where links are (``addresses``)."""

from functools import lru_cache

from django.utils.translation import gettext as _

from forum.database.asked import Asked
from forum.discussion.patterns import PatternError, PatternSet, parse_pattern, tokens_of
from forum.discussion.screening import Signal, Strength, Submission

from ..models import PhraseRule, RuleAction
from ..texts import own_text


class SitePhrases:
    """A phrase that moderators look out for. Their note is the reason."""

    def __call__(self, submission: Submission) -> list[Signal]:
        rules = _read_rules(tuple(map(tuple, sorted(_RULES()))))
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


_RULES = Asked(lambda: PhraseRule.objects.filter(is_active=True).values_list("pk", "phrase", "action", "note"))


@lru_cache(maxsize=2)
def _read_rules(rows: tuple[tuple[int, str, str, str], ...]) -> PatternSet[PhraseRule]:
    """Return the rules ready to be looked for, without those that were stored by other means than their form."""
    rules = []
    for pk, phrase, action, note in rows:
        try:
            rules.append((parse_pattern(phrase), PhraseRule(pk=pk, phrase=phrase, action=action, note=note)))
        except PatternError:
            continue
    return PatternSet(rules)
