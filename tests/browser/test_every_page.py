"""Every public page in Chromium: for those who see little contrast, use a phone, or enlarge the text until 320 px are left."""

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.conftest import NARROW, WIDE, Visitors
from tests.pages import OwnPages, Sample, find_faults_in_all_lights, find_overflow

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


@pytest.mark.long
@pytest.mark.parametrize("part", [0, 1], ids=["first half", "second half"])
def test_axe_finds_nothing_and_nothing_is_wider_than_320_pixels(visitors: Visitors, live_server: LiveServer, part: int) -> None:
    page, faults = visitors.open(), []
    for path in Sample.load().paths()[part::2]:
        page.goto(live_server.url + path)
        faults += find_faults_in_all_lights(page, WIDE["width"], NARROW["width"])
        page.set_viewport_size({"width": 320, "height": 640})
        faults += find_overflow(page)
    assert faults == []


@pytest.mark.long
@pytest.mark.parametrize("part", [0, 1], ids=["first half", "second half"])
def test_pages_that_only_a_writer_sees_are_as_good(visitors: Visitors, live_server: LiveServer, part: int) -> None:
    own = OwnPages.write()
    page, faults = visitors.open(), []
    page.context.add_cookies([{**own.cookie, "url": live_server.url}])
    for path in own.paths()[part::2]:
        page.goto(live_server.url + path)
        faults += find_faults_in_all_lights(page, 1280, 320)
    assert faults == []
