"""Pages about people: what a member wrote, and folding somebody's comments for oneself. One's own list is at /mine/."""

from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forum.accounts.ignoring import ignore
from forum.accounts.models import OldName, User
from forum.accounts.names import make_slug
from forum.database import BIGGEST_ID
from forum.site.models import SiteText

from .. import rows
from ..attaching import read_attachable
from ..claiming import read_claims
from ..conversation import make_surroundings, read_notes
from ..models import Comment, Discussion
from ..paging import Pager, read_keyset, write_keyset
from ..permissions import ANONYMOUS, Viewer, can_post, is_writer, viewer_of
from ..rendering import Layout, render_single
from ..threads import Row, take_out
from .pages import find_place


@require_safe
def member(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what everybody may read of a member; an old name leads to the one they have now (301). Not for search engines."""
    found = _find_member(slug)
    path = found.get_absolute_url()
    if slug != found.slug:
        return redirect(path, permanent=True)
    viewer, site_text = viewer_of(request), SiteText.load()
    after = read_keyset(request.GET.get("after"))
    written, following = rows.read_by_member(found.pk, after)
    is_own = viewer.user_id == found.pk
    context = {
        "member": found,
        "site_text": site_text,
        "entries": _describe(written, viewer, site_text),
        "is_own": is_own,
        "is_first_page": after is None,
        "has_more": is_own and (read_attachable(found).exists() or read_claims(viewer).exists()),
        "pager": Pager(
            first_href=path if after else "",
            first_words=_("Back to the newest"),
            next_href=f"{path}?after={write_keyset(*following)}" if following else "",
            next_words=_("Earlier comments"),
        ),
    }
    response = render(request, "discussion/member.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def _find_member(slug: str) -> User:
    """Return the member whose page this is or was, however the address is typed; raise Http404."""
    slug = make_slug(slug)
    found = User.objects.filter(slug=slug).first()
    if found is None:
        former = OldName.objects.filter(slug=slug).select_related("user").first()
        found = former.user if former else None
    if found is None:
        raise Http404
    return found


def _describe(written: list[tuple[Row, int]], viewer: Viewer, site_text: SiteText) -> list[tuple[Discussion, SafeString]]:
    """Return each comment as HTML, with its discussion."""
    places = Discussion.objects.select_related("article").defer("article__body", "article__body_html")
    discussions = places.in_bulk({discussion_id for _row, discussion_id in written})
    around = make_surroundings(Layout.ARTICLE, "", site_text, timezone.now(), can_post=False)
    around = replace(around, member_id=viewer.user_id, notes=read_notes([row.id for row, _discussion_id in written]))
    described = []
    shown = rows.veil((row for row, _discussion_id in written), rows.OwnRows(writer=viewer))
    for row, (_row, discussion_id) in zip(shown, written, strict=True):
        discussion = discussions[discussion_id]
        here = replace(around, article_path=discussion.article.get_absolute_url(), can_post=can_post(viewer, discussion))
        described.append((discussion, render_single([take_out(row)], here)))
    return described


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ignore_writer(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether the comments of whoever wrote this one should be folded for the member, or fold them."""
    if pk > BIGGEST_ID:
        raise Http404
    readable = Comment.objects.visible_to(ANONYMOUS).select_related("discussion__article", "root", "author", "guest")
    comment = get_object_or_404(readable, pk=pk)
    place = find_place(comment)
    if is_writer(viewer_of(request), comment):
        return HttpResponseRedirect(place)
    if request.method == "POST" and request.user.is_authenticated:
        ignore(request.user, author=comment.author, guest=comment.guest)
        return HttpResponseRedirect(place)
    site_text = SiteText.load()
    context = {
        "comment": comment,
        "site_text": site_text,
        "name": comment.name or site_text.visitor_name,
        "place": place,
        "is_imported": bool(comment.origin) and comment.author is None,
    }
    return render(request, "discussion/ignore.html", context)
