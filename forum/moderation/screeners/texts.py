"""Checks of the words: what stands elsewhere already, what is copied from the article, what reads like an advertisement."""

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forum.database.asked import Asked, Call
from forum.database.compiled import padded
from forum.discussion.models import Comment
from forum.discussion.screening import Signal, Strength, Submission

from ..advertising import STRONG_AT, Sign, find_signs, weigh
from ..counts import read_counts
from ..keys import hash_all
from ..models import TextMark
from ..repeats import SKETCH_SIZE, copied_share, least_shared, sketch
from ..texts import article_runs, own_links, own_text, topic_of
from ..training import PURPOSE
from ..wording import Reading, read, without_familiar
from .addresses import is_trade_name

NEAR_READ = 400  # of the texts that say nearly the same, the latest
ELSEWHERE = 2  # other articles under which nearly the same stands already
COPIED_SHARE = 0.6
COPIED_MIN_WORDS = 20
FAMILIAR_FROM = 2  # published comments that use a word


class Repeats:
    """Nearly the same words stand here or elsewhere on the site. One who asks the same twice does no harm: that is a hint."""

    def asks(self, submission: Submission) -> list[Call]:
        """Return what asks for the comments that say nearly the same as this text."""
        own = sketch(submission.body)
        return [(_NEAR, (padded(own, SKETCH_SIZE), submission.comment_id or 0, least_shared(own)))] if own else []

    def __call__(self, submission: Submission) -> list[Signal]:
        near = [pk for question, values in self.asks(submission) for (pk,) in question(*values)]
        if not near:
            return []
        comments = Comment.objects.filter(pk__in=near).values_list("discussion__article", "state", "reason")
        removed = sum(
            state in (Comment.State.REMOVED, Comment.State.REJECTED) and reason == Comment.Reason.ADVERTISING
            for _article, state, reason in comments
        )
        if removed:
            sentence = ngettext(
                "%(count)s comment with nearly the same words was removed as advertising.",
                "%(count)s comments with nearly the same words were removed as advertising.",
                removed,
            ) % {"count": removed}
            return [Signal("repeat_removed", Strength.STRONG, sentence)]
        elsewhere = {article for article, _state, _reason in comments} - {submission.article.pk}
        sentence = ngettext(
            "Nearly the same words are in %(count)s other comment.",
            "Nearly the same words are in %(count)s other comments.",
            len(comments),
        ) % {"count": len(comments)}
        return [Signal("repeat", Strength.STRONG if len(elsewhere) >= ELSEWHERE else Strength.WEAK, sentence)]


def _ask_near(own: tuple[int, ...], besides: int, least: int) -> "QuerySet[TextMark, tuple[int]]":
    by_comment = TextMark.objects.filter(hash__in=own).exclude(comment=besides).values("comment").annotate(shared=Count("*"))
    return by_comment.filter(shared__gte=least).order_by("-comment").values_list("comment")[:NEAR_READ]


_NEAR = Asked(_ask_near)


class CopiedFromArticle:
    """Most of it stands in the article, without being marked as a quote."""

    def __call__(self, submission: Submission) -> list[Signal]:
        if len(submission.body.split()) < COPIED_MIN_WORDS:
            return []
        share = copied_share(submission.body, article_runs(submission.article))
        if share < COPIED_SHARE:
            return []
        sentence = _("%(percent)s %% of it is copied from the article.") % {"percent": round(100 * share)}
        return [Signal("copied", Strength.WEAK, sentence)]


class Advertising:
    """A phrase of trade that neither article nor site uses, praise that fits any page, a call to buy; weighed together."""

    def __call__(self, submission: Submission) -> list[Signal]:
        text, topic = own_text(submission.subject, submission.body), topic_of(submission.article)
        reading = read(text, topic=topic)
        reading = without_familiar(reading, self._familiar(reading))
        links = own_links(submission.subject, submission.body, article=submission.article, parent=submission.parent)
        answers = submission.parent is not None
        signs = find_signs(reading, links=links, name_is_trade=is_trade_name(submission.name))
        points = weigh(signs, reading, answers=answers)
        size = len(submission.body)
        found = [signal for sign in signs if (signal := self._explain(sign, text, size))]
        if points < STRONG_AT or not found:
            return found
        sentence = _("Taken together it reads like an advertisement: it asks nothing and answers nobody.")
        if reading.asks or answers:
            sentence = _("Taken together it reads like an advertisement.")
        spans = tuple(span for signal in found for span in signal.spans)
        return [Signal("advertising", Strength.STRONG, sentence, spans), *found]

    def _familiar(self, reading: Reading) -> set[str]:
        """Return the rare words of its phrases that published comments of this site use."""
        rare = sorted({word for phrase in reading.phrases for word in phrase.rare})
        numbers = hash_all(PURPOSE, (f"w:{word}" for word in rare))
        known = read_counts(numbers)
        return {
            word
            for word, number in zip(rare, numbers, strict=True)
            if (count := known.get(number)) and count.ham >= FAMILIAR_FROM and count.ham > count.spam
        }

    def _explain(self, sign: Sign, text: str, size: int) -> Signal | None:
        """Return a hint with the words it is about; links and the name have checks of their own."""
        spans = tuple(span for span in sign.spans if span[1] <= size)
        words = "”, “".join(dict.fromkeys(" ".join(text[start:end].split()) for start, end in sign.spans))[:200]
        sentences = {
            "phrase": _("“%(words)s” is what people type into a search engine. The article does not speak of it."),
            "praise": _("“%(words)s” would fit under any page."),
            "sells": _("“%(words)s” are the words of somebody who sells."),
            "sends": _("“%(words)s” sends readers somewhere else."),
            "miracle": _("“%(words)s” promises a cure."),
        }
        if sign.code not in sentences:
            return None
        return Signal(f"ad_{sign.code}", Strength.WEAK, sentences[sign.code] % {"words": words}, spans)
