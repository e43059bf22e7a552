"""Everything the site holds on a person, as one file: a page that anybody can read, and the same as JSON for machines."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format

from forum.accounts.people import Person
from forum.discussion.open_format import describe_person, to_line

from . import letters
from .models import EXPORT_KEPT, DataExport, exports_folder
from .registry import find_modules

FOLDER_MODE, FILE_MODE = 0o700, 0o600  # nobody else on the machine reads them


@dataclass(frozen=True)
class Entry:
    """One thing on the readable page: a text, or a list of things."""

    label: str
    text: str = ""
    entries: list["Entry"] = field(default_factory=list)


def make_export(export: DataExport) -> None:
    """Write the file and tell its owner by mail, if they have proven an address."""
    exports_folder().mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    unfinished = export.path.with_suffix(".part")
    unfinished.touch(mode=FILE_MODE)
    now = timezone.now()
    write_file(unfinished, export.person, now)
    unfinished.replace(export.path)
    with transaction.atomic():
        # Asked for anew, or erased, while the file was written: then nobody waits for this one.
        if not DataExport.objects.filter(pk=export.pk, ready_at=None).update(ready_at=now):
            export.path.unlink(missing_ok=True)
            return
        export.ready_at = now
        letters.tell_export_is_ready(export)


def gather(person: Person) -> dict[str, Any]:
    """Return what every app holds on ``person``, by app, in values that JSON knows."""
    found = {module.__name__.split(".")[-2]: module.export(person) for module in find_modules()}
    plain: dict[str, Any] = json.loads(json.dumps(found, cls=DjangoJSONEncoder))
    return plain


def write_file(path: Path, person: Person, now: datetime) -> None:
    """Write the zip: ``read-me.html`` with its style sheet, ``data.json``, and ``comments.jsonl`` in the open format."""
    data = gather(person)
    context = {"sections": [_entry(name, part) for name, part in data.items() if part], "now": now, "site_url": settings.SITE_URL}
    about = {"site": settings.SITE_URL, "made_at": now.isoformat()}
    with ZipFile(path, "w", ZIP_DEFLATED) as file:
        file.writestr("read-me.html", render_to_string("privacy/export/page.html", {"site_name": settings.SITE_NAME} | context))
        file.writestr("style.css", render_to_string("privacy/export/style.css"))
        file.writestr("data.json", json.dumps(about | data, ensure_ascii=False, indent=1))
        with file.open("comments.jsonl", "w") as comments:
            for values in describe_person(person):
                comments.write(to_line(values).encode())


def forget_export(export: DataExport) -> None:
    """Delete the file and its row."""
    export.path.unlink(missing_ok=True)
    export.path.with_suffix(".part").unlink(missing_ok=True)
    DataExport.objects.filter(pk=export.pk).delete()


def forget_old_exports(now: datetime) -> None:
    """Delete files that were kept for EXPORT_KEPT, and files that no row knows any more."""
    for export in DataExport.objects.filter(ready_at__lt=now - EXPORT_KEPT):
        forget_export(export)
    files = list(exports_folder().glob("*"))  # before the rows are read: a file that appears meanwhile is somebody's
    known = set(DataExport.objects.values_list("key", flat=True))
    for path in files:
        if path.stem not in known:
            path.unlink(missing_ok=True)


def _entry(name: str, value: Any) -> Entry:
    """Return ``value`` as the page shows it: names in words, dates as people write them."""
    label = name.replace("_", " ").capitalize()
    if isinstance(value, dict):
        return Entry(label, entries=[_entry(key, part) for key, part in value.items() if part not in ("", None, [], {})])
    if isinstance(value, list):
        return Entry(label, entries=[_entry(str(number), part) for number, part in enumerate(value, 1)])
    if isinstance(value, bool):
        return Entry(label, "yes" if value else "no")
    return Entry(label, _in_words(str(value)))


def _in_words(text: str) -> str:
    try:
        moment = parse_datetime(text) if text[:4].isdigit() and "T" in text else None
    except ValueError:
        moment = None
    return date_format(timezone.localtime(moment), "j F Y, H:i") if moment and moment.tzinfo else text
