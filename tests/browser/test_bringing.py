""" "Bring in a discussion" in a real browser, without scripts too; judged by axe and by the checker of HTML."""

from pathlib import Path

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from forum.discussion.models import Comment
from tests.browser.acts import scrolls_sideways, sign_in
from tests.conftest import NARROW, Visitors
from tests.factories import ModeratorFactory
from tests.imports.truth import DATA
from tests.pages import find_axe_faults, find_vnu_faults
from tests.privacy.lives import work

pytestmark = [pytest.mark.browser, pytest.mark.one_database, pytest.mark.django_db(transaction=True)]
ADD = "/admin/imports/upload/add/"


def keep_part(page: Page, path: Path) -> Path:
    """Write down our part of the page as a page of its own, for the checker."""
    html = page.eval_on_selector(".q-page", "part => part.outerHTML")
    head = '<!DOCTYPE html><html lang="en-GB"><head><title>A part</title></head>'
    path.write_text(f"{head}<body><h1>Its title</h1>{html}</body></html>")
    return path


@pytest.mark.parametrize(
    ("scheme", "viewport", "scripts"), [("light", None, True), ("dark", NARROW, True), ("light", NARROW, False)],
    ids=["wide", "narrow-dark", "no-scripts"],
)  # fmt: skip
def test_a_file_is_looked_at_and_brought_in(
    visitors: Visitors, live_server: LiveServer, tmp_path: Path, scheme: str, viewport: dict[str, int] | None, scripts: bool
) -> None:
    window = {"viewport": viewport} if viewport else {}
    page = visitors.open(color_scheme=scheme, java_script_enabled=scripts, **window)
    sign_in(page, live_server.url + ADD, ModeratorFactory(role="operator"))
    parts, faults = [], []

    def judge(name: str) -> None:
        parts.append(keep_part(page, tmp_path / f"{name}.html"))
        assert not scrolls_sideways(page), name
        if scripts:
            faults.extend(find_axe_faults(page, is_enhanced=False, within=".q-page"))

    judge("form")
    page.set_input_files("#id_file", DATA / "saved_page.txt")
    page.click("text=Look at it")
    page.wait_for_selector("text=Being looked at.")
    judge("looking")
    work()
    if not scripts:
        page.click("text=See how far it is")
    page.wait_for_selector("text=Ready to be brought in.")
    judge("ready")
    page.click("text=Bring it in")
    page.wait_for_selector("text=Being brought in.")
    work()
    if not scripts:
        page.click("text=See how far it is")
    page.wait_for_selector("text=What was brought in")
    judge("done")
    assert Comment.objects.count() == 25
    assert (faults, find_vnu_faults(parts)) == ([], [])
