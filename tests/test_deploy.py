"""What is in ``deploy/`` fits the site: commands, options, settings and files that it names are there."""

import re
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from tests.test_docs import SETTINGS_READ

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
FILES = sorted(DEPLOY.iterdir())


def read_commands(text: str) -> list[list[str]]:
    """Return what stands behind ``manage.py``, as a shell, a JSON list or a YAML list writes it."""
    found = [found[1] for found in re.finditer(r"manage\.py[\"',]*\s+([^\n]+)", text)]
    return [[word for word in re.split(r"[\s\"',\[\]]+", line) if word] for line in found]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_commands_and_options_exist(file: Path) -> None:
    for name, *words in read_commands(file.read_text()):
        command = load_command_class(get_commands()[name], name)
        options = {option for action in command.create_parser("", "")._actions for option in action.option_strings}
        assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_says_what_it_is_for(file: Path) -> None:
    assert file.read_text().startswith("# ")


def test_services_of_the_compose_file_are_given_settings_that_exist() -> None:
    described = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    assert set(described["x-site"]["environment"]) <= SETTINGS_READ
    assert (DEPLOY / described["x-site"]["build"]["context"] / described["x-site"]["build"]["dockerfile"]).is_file()
    assert {"web", "worker", "database", "cache", "proxy"} == set(described["services"])
    assert {volume.split(":")[0] for volume in described["x-site"]["volumes"]} <= set(described["volumes"])
    assert (DEPLOY / described["services"]["proxy"]["volumes"][0].split(":")[0]).is_file()


def test_units_reload_by_preparing_and_then_renewing() -> None:
    unit = (DEPLOY / "understory.service").read_text()
    assert [line.split()[-2:] for line in re.findall(r"^ExecReload=(.+)$", unit, re.MULTILINE)] == [
        ["manage.py", "prepare"],
        ["-HUP", "$MAINPID"],
    ]
    assert set(re.findall(r"^Environment=([A-Z_]+)=", unit, re.MULTILINE)) <= SETTINGS_READ
