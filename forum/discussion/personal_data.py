"""What is held on a person here: what they wrote and what was decided about it. How it is taken away is in ``erasing``."""

from typing import Any

from django.conf import settings
from django.db.models import F

from forum.accounts.people import Person

from .erasing import forget_writer
from .models import ActorKind, Claim, Comment, Decision, Draft, Lane
from .screening import REPORTED_CODE

MODELS = [
    "discussion.Comment",
    "discussion.Revision",
    "discussion.PendingChange",
    "discussion.Decision",
    "discussion.Appeal",
    "discussion.Claim",
    "discussion.Draft",
    "discussion.Signal",
    "discussion.DiscussionPerson",
]


def export(person: Person) -> dict[str, Any]:
    """Return every comment with its earlier texts and what was decided about it; of moderators, also what they decided."""
    mine = Comment.objects.filter(person.rows("author")).select_related("discussion__article")
    comments = mine.prefetch_related("revisions", "pending_change", "decisions", "appeals", "signals").order_by("pk")
    found: dict[str, Any] = {"comments": [_describe(comment) for comment in comments.iterator(chunk_size=500)]}
    drafts = Draft.objects.filter(person.rows("author")).order_by("pk").annotate(article=F("discussion__article__title"))
    found["drafts"] = list(drafts.values("article", "parent", "subject", "body", "name", "relation", "asks", "updated_at"))
    claims = Claim.objects.filter(person.rows("member")).order_by("pk")
    found["comments_asked_for"] = list(claims.values("comment_id", "evidence", "made_at", "decided_at", "granted", "answer"))
    if person.user is not None:
        decided = Decision.objects.filter(who=person.user, actor_kind=ActorKind.MODERATOR).order_by("pk")
        fields = ("comment_id", "discussion_id", "kind", "to_state", "reason", "note", "at")
        found["decisions_made_as_a_moderator"] = list(decided.values(*fields))
    return found


def erase(person: Person, *, keep_words: bool) -> None:
    """Take the person out of all conversations, and what they asked for."""
    Claim.objects.filter(person.rows("member")).delete()
    forget_writer(person, keep_words=keep_words)


def _describe(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.pk,
        "address": f"{settings.SITE_URL}{comment.get_absolute_url()}",
        "article": comment.discussion.article.title,
        "answers_comment": comment.parent_id,
        "state": comment.state,
        "state_in_words": str(comment.get_state_display()),
        "posted_at": comment.posted_at,
        "posted_as_printed": comment.posted_text,
        "edited_at": comment.edited_at,
        "name": comment.name,
        "relation": str(comment.get_relation_display()),
        "subject": comment.subject,
        "body": comment.body,
        "printed_on_the_old_page": comment.origin_note,
        "earlier_texts": [
            {"subject": text.subject, "body": text.body, "written_at": text.written_at, "replaced_at": text.replaced_at}
            for text in comment.revisions.all()
        ],
        "change_that_waits": _describe_change(comment),
        # Words of distress are no suspicion: the app that found them says what was done.
        "suspected_by_software": [
            {"at": signal.made_at, "why": signal.sentence}
            for signal in comment.signals.all()
            if signal.lane != Lane.CARE or signal.code == REPORTED_CODE
        ],
        "decisions": [
            {
                "at": decision.at,
                "by": str(decision.get_actor_kind_display()),
                "what": str(decision.get_kind_display()),
                "from": str(decision.get_from_state_display()),
                "to": str(decision.get_to_state_display()),
                "reason": str(decision.get_reason_display()),
                "note": decision.note,
            }
            for decision in comment.decisions.all()
        ],
        "asked_to_look_again": [
            {"text": appeal.text, "made_at": appeal.made_at, "answered_at": appeal.answered_at, "answer": appeal.answer}
            for appeal in comment.appeals.all()
        ],
    }


def _describe_change(comment: Comment) -> dict[str, Any]:
    change = getattr(comment, "pending_change", None)
    if change is None:
        return {}
    return {
        "subject": change.subject,
        "body": change.body,
        "made_at": change.made_at,
        "declined_at": change.declined_at,
        "reason": str(change.get_reason_display()),
    }
