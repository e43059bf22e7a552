"""Addresses of conversations."""

from django.urls import path

from .views import answering, drafts, feeds, forms, giving, lists, members, mine, own, pages, updates

app_name = "discussion"
urlpatterns = [
    path("", lists.home, name="home"),
    path("unanswered/", lists.unanswered, name="unanswered"),
    path("feed.atom", feeds.site, name="feed"),
    path("articles/<slug:slug>/feed.atom", feeds.article, name="article-feed"),
    path("articles/<slug:slug>/comments/<int:pk>/feed.atom", feeds.thread, name="thread-feed"),
    path("articles/<slug:slug>/comment/", forms.new_comment, name="comment-new"),
    path("articles/<slug:slug>/comments/", pages.year, name="year"),
    path("articles/<slug:slug>/comments/<int:pk>/", pages.thread, name="thread"),
    path("comments/<int:pk>/", pages.comment, name="comment"),
    path("comments/<int:pk>/reply/", forms.reply, name="comment-reply"),
    path("comments/<int:pk>/edit/", own.edit, name="comment-edit"),
    path("comments/<int:pk>/withdraw/", own.withdraw, name="comment-withdraw"),
    path("comments/<int:pk>/appeal/", own.ask_again, name="comment-appeal"),
    path("answers/<str:token>/", answering.answer, name="answer"),
    path("updates/<str:token>/", updates.tell, name="update"),
    path("mine/", mine.mine, name="mine"),
    path("mine/attach/", giving.attach, name="attach"),
    path("mine/lost/", mine.lost, name="mine-lost"),
    path("mine/prove/<str:token>/", mine.prove, name="mine-prove"),
    path("mine/<str:token>/", mine.by_link, name="mine-by-link"),
    path("drafts/<int:pk>/", drafts.show, name="draft"),
    path("drafts/<int:pk>/discard/", drafts.discard, name="draft-discard"),
    path("drafts/<int:pk>/mail/", drafts.mail_link, name="draft-mail"),
    path("drafts/<int:pk>/<str:token>/", drafts.open_by_link, name="draft-by-link"),
    path("comments/<int:pk>/claim/", giving.claim, name="comment-claim"),
    path("comments/<int:pk>/ignore/", members.ignore_writer, name="comment-ignore"),
    path("members/<str:slug>/", members.member, name="member"),
]
