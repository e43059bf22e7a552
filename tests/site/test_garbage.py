"""Circles of objects are looked for less often, and still found."""

import gc
import subprocess
import sys
import weakref

import pytest

from forum.site.garbage import SELDOM, looking_seldom
from tests.workers import ROOT

pytestmark = pytest.mark.one_database


class Knot:
    """Refers to itself."""

    def __init__(self):
        self.own = self


def test_what_is_loaded_is_left_alone_and_what_comes_is_not():
    code = (
        "import gc; from forum.site.garbage import spare_what_is_loaded; spare_what_is_loaded(); count = gc.get_freeze_count();"
        "print(count > 1000, gc.get_threshold(), gc.isenabled())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"True {SELDOM} True"


def test_circles_are_still_found_within_a_block_and_afterwards_it_is_as_before():
    usual = gc.get_threshold()
    with looking_seldom():
        assert gc.get_threshold() == SELDOM
        knot = weakref.ref(Knot())
        _kept = [Knot() for _ in range(SELDOM[0] + 10)]
        assert knot() is None
    assert gc.get_threshold() == usual
