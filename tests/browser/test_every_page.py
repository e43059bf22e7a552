"""Every public page in Chromium: for those who see little contrast, use a phone, or enlarge the text until 320 px are left."""

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.conftest import NARROW, WIDE, Visitors
from tests.pages import OwnPages, Sample, find_axe_faults, find_faults, find_overflow

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visitors: Visitors, live_server: LiveServer, scheme: str, viewport: dict[str, int]) -> None:
    page = visitors.open(color_scheme=scheme, viewport=viewport)
    addresses = [live_server.url + path for path in Sample.load().paths()]
    assert find_faults(page, addresses, checks=(find_axe_faults,)) == []


def test_nothing_is_wider_than_a_window_of_320_pixels(visitors: Visitors, live_server: LiveServer) -> None:
    page = visitors.open(viewport={"width": 320, "height": 640})
    addresses = [live_server.url + path for path in Sample.load().paths()]
    assert find_faults(page, addresses, checks=(find_overflow,)) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_pages_that_only_a_writer_sees_are_as_good(visitors: Visitors, live_server: LiveServer, scheme: str, width: int) -> None:
    own = OwnPages.write()
    page = visitors.open(color_scheme=scheme, viewport={"width": width, "height": 800})
    page.context.add_cookies([{**own.cookie, "url": live_server.url}])
    assert find_faults(page, (live_server.url + path for path in own.paths())) == []
