"""Every table is claimed by an app that exports and erases it, or says why nobody is in it."""

import pytest
from django.apps import apps
from django.db import models

from forum.accounts.models import Guest, User
from forum.privacy.registry import HOLD_NOBODY, claimed_models, find_modules

TABLES = [model for model in apps.get_models() if not model._meta.proxy]


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model._meta.label)
def test_every_model_is_claimed_or_known_to_hold_nobody(model: type[models.Model]) -> None:
    claims = [*claimed_models(), *HOLD_NOBODY].count(model._meta.label)
    assert claims == 1, f"{model._meta.label}: name it in the personal_data.py of its app, or say in HOLD_NOBODY why not"


@pytest.mark.parametrize("label", HOLD_NOBODY)
def test_model_that_holds_nobody_has_no_column_for_a_person(label: str) -> None:
    for field in apps.get_model(label)._meta.get_fields():
        if field.auto_created:
            continue
        assert not isinstance(field, (models.EmailField, models.GenericIPAddressField)), field
        assert getattr(field, "related_model", None) not in (User, Guest), field


def test_claims_are_of_models_that_exist() -> None:
    assert set(claimed_models()) | set(HOLD_NOBODY) <= {model._meta.label for model in TABLES}


def test_rows_of_people_are_erased_after_all_that_refers_to_them() -> None:
    assert find_modules()[-1].__name__ == "forum.accounts.personal_data"


@pytest.mark.parametrize("module", find_modules(), ids=lambda module: module.__name__)
def test_every_module_has_the_same_three_names(module: object) -> None:
    assert module.MODELS
    assert callable(module.export)
    assert callable(module.erase)
