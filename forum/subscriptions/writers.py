"""Telling the writer of a comment what was decided about it, once, if they asked for it and have proven their address."""

from django.db import transaction
from django.utils import translation

from forum.accounts.people import Person
from forum.accounts.proven import people_with
from forum.discussion.models import Decision
from forum.mail.sending import send_letters

from .fate_letters import Addressed, fate_letter
from .fates import News, read_news
from .kinds import OWN_COMMENT, write_mail
from .letters import language_of
from .models import MailChoice, Subscription, Told
from .services import active_of, read_choice, same_people


@transaction.atomic
def tell_writer(decision_id: int) -> None:
    """Tell the writer of a comment of a decision, if it still stands and they were not told before.

    What says that they were told is stored with the mail. Whoever gets no mail finds it on their own page.
    """
    decided = Decision.objects.select_related("comment__author", "comment__guest", "comment__discussion")
    decision = decided.filter(pk=decision_id).first()
    news = read_news(decision) if decision else None
    if decision is None or news is None or decision.comment is None:
        return
    _, is_new = Told.objects.get_or_create(decision=decision)
    if not is_new:
        return
    Told.objects.bulk_create((Told(decision_id=pk) for pk in news.redactions if pk != decision.pk), ignore_conflicts=True)
    comment = decision.comment
    if comment.author or comment.guest:
        _send(news, Person(user=comment.author, guest=comment.guest))


def _send(news: News, writer: Person) -> None:
    """Mail ``news``, unless they have stopped or paused such mail, or have proven no address."""
    comment, choice = news.decision.comment, read_choice(writer)
    told = active_of(same_people(writer))
    own = told.filter(kind=Subscription.Kind.OWN, made_at__lte=news.decision.at).first()
    is_proven = writer in people_with(writer.proven_address)
    if comment is None or own is None or not is_proven or choice.pace == MailChoice.Pace.PAUSED:
        return
    hears = told.filter(kind=Subscription.Kind.REPLIES, root=comment.thread_id).exists()
    with translation.override(language_of(writer)):
        letter = fate_letter(news, Addressed(writer, comment, choice.with_text, own.pk, hears))
        message = write_mail(
            OWN_COMMENT,
            letter,
            person=writer,
            subscription_ids=[own.pk],
            message_id=f"decision-{news.decision.pk}",
            conversation=f"thread-{comment.thread_id}",
        )
        send_letters([message])
