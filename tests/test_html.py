"""Every public page and the style sheets, as the checker of HTML and CSS sees them."""

from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from forum.privacy.export import Entry
from tests.accounts.entrance import account_visits
from tests.member_pages import MemberPages
from tests.pages import ROOT, OwnPages, Sample, account_names, find_vnu_faults

ERROR_PAGES = ("403.html", "404.html", "410.html", "429.html", "500.html", "503.html", "articles/gone.html")


@pytest.mark.one_database
@pytest.mark.django_db
def test_checker_of_html_and_css_finds_nothing(client: Client, tmp_path: Path) -> None:
    sample = Sample.load()
    pages = {path: client.get(path).content for path in sample.paths()}
    form = reverse("discussion:comment-new", args=[sample.article.slug])
    pages["form with errors"] = client.post(form, {"body": "", "name": "", "post": ""}).content
    pages["form with preview"] = client.post(form, {"body": "What helped you?", "name": "Rue", "preview": ""}).content
    own = OwnPages.write()
    client.cookies[own.cookie["name"]] = own.cookie["value"]
    pages |= {f"own{path}": client.get(path).content for path in own.paths()}
    pages["change with errors"] = client.post(f"/comments/{own.comments['held'].pk}/edit/", {"body": "", "seen": "x"}).content
    pages["change of two"] = client.post(f"/comments/{own.comments['held'].pk}/edit/", {"body": "Other.", "seen": "x"}).content
    pages["address with errors"] = client.post("/mine/", {"email": "x"}).content
    pages["choices with errors"] = client.post("/emails/", {"pace": "x"}).content
    pages["follow with errors"] = client.post(f"/articles/{sample.article.slug}/follow/", {"email": "x"}).content
    for visit in account_visits(account_names()):
        pages[f"{visit.path} as {id(visit.client)}"] = visit.client.get(visit.path).content
    pages["sign-in with errors"] = client.post(reverse("account_login"), {"login": "x"}).content
    pages["sign-up with errors"] = client.post(reverse("account_signup"), {"email": "x"}).content
    about_me = reverse("privacy:about-me")
    pages["about me with errors"] = client.post(about_me, {"comment": "", "email": "x"}).content
    pages["about me, sent"] = client.get(f"{about_me}?sent").content
    erase = reverse("privacy:erase-by-link", args=[sample.link])
    pages["erase with errors"] = client.post(erase, {}).content
    pages["erase, asked"] = client.post(erase, {"words": "keep"}, follow=True).content
    pages["data, asked"] = client.post(reverse("privacy:data-by-link", args=[sample.link]), follow=True).content
    export = {"site_name": "Understory", "site_url": "", "sections": [Entry("Comments", entries=[Entry("Text", "Hello")])]}
    pages["export"] = render_to_string("privacy/export/page.html", export).encode()
    member = MemberPages.write()
    claim = reverse("discussion:comment-claim", args=[member.declined.pk])
    client.cookies.clear()
    pages["claim by nobody"] = client.post(claim, {"evidence": "I signed as J."}).content
    client.force_login(member.member)
    pages["claim with errors"] = client.post(claim, {"evidence": ""}).content
    pages |= {f"member{path}": client.get(path).content for path in member.paths()}
    pages["settings with errors"] = client.post(reverse("own:settings"), {"display_name": "", "relation": "x"}).content
    for name in ERROR_PAGES:
        pages[name] = render_to_string(name, request=RequestFactory().get("/")).encode()
    for number, (path, html) in enumerate(pages.items()):
        name = f"{number:02}-{path.strip('/').replace('/', '-').replace('?', '-') or 'home'}"
        (tmp_path / f"{name.removesuffix('.html')}.html").write_bytes(html)
    assert find_vnu_faults([*sorted(tmp_path.glob("*.html")), *(ROOT / "static").glob("*.css")]) == []
