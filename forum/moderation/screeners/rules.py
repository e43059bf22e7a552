"""The site's own rules about words. Rules about links are looked at where links are (``addresses``)."""

from django.utils.translation import gettext as _

from forum.discussion.screening import Signal, Strength, Submission

from ..models import PhraseRule, RuleAction
from ..patterns import PatternError, find_pattern, parse_pattern
from ..texts import own_text
from ..wording import find_words


class SitePhrases:
    """A phrase that moderators look out for. Their note is the reason."""

    def __call__(self, submission: Submission) -> list[Signal]:
        rules = list(PhraseRule.objects.filter(is_active=True))
        if not rules:
            return []
        words = find_words(own_text(submission.subject, submission.body))
        here = {word.text for word in words}
        found = []
        for rule in rules:
            try:
                pattern = parse_pattern(rule.phrase)
            except PatternError:
                continue  # the list of rules in the administration says which ones find nothing
            if any(part.text not in here for part in pattern if not (part.opens or part.goes_on)):
                continue
            if places := find_pattern(pattern, words):
                found.append(self._say(rule, places, len(submission.body)))
        return found

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
