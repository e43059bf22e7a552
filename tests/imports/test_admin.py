"""Imports in the administration: read by operators, changed by nobody."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forum.imports.models import ImportRun
from forum.imports.services import import_file
from tests.factories import ModeratorFactory
from tests.imports.truth import SavedPage

pytestmark = pytest.mark.django_db


def test_operator_reads_what_was_odd_and_can_change_nothing(client: Client, invented_page: SavedPage) -> None:
    import_file(invented_page.path)
    client.force_login(ModeratorFactory(role="operator"))
    assert "saved_page.txt" in client.get(reverse("admin:imports_importrun_changelist")).text
    shown = client.get(reverse("admin:imports_importrun_change", args=[ImportRun.objects.get().pk])).text
    assert "greets “Wenke”, and nobody else on the page has that name." in shown
    assert "_save" not in shown
    assert client.get(reverse("admin:imports_importrun_add")).status_code == 403


def test_moderator_does_not_see_imports(client: Client) -> None:
    client.force_login(ModeratorFactory())
    assert client.get(reverse("admin:imports_importrun_changelist")).status_code == 403
