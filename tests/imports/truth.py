"""What a saved page is known to hold, read by hand, in one form for the reader's tests and those of the import."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True)
class SavedPage:
    """A page and the hand-made truth about it."""

    path: Path
    truth: dict[str, Any]

    @classmethod
    def load(cls, path: Path, truth: Path) -> SavedPage:
        return cls(path=path, truth=json.loads(truth.read_text(encoding="utf-8")))

    def expected_comments(self) -> list[dict[str, Any]]:
        """Return the entries of the truth in printed order, the legacy ones first, all with the keys of ``describe``."""
        legacy = [
            {
                "source_id": f"legacy-{entry['position']}",
                "name": entry["author"],
                "day": entry["date"],
                "precision": entry["date_precision"],
                "note": entry.get("heading", ""),
                "parent": None,
                "paragraphs": entry["paragraphs"],
                "first_words": entry["first_words"],
                "subject": "",
            }
            for entry in self.truth["legacy_comments"]
        ]
        return legacy + [self._expect(entry) for entry in self.truth["comments"]]

    def _expect(self, entry: dict[str, Any]) -> dict[str, Any]:
        is_copied = len(entry["subject"].split()) > 1 and entry["first_words"].startswith(entry["subject"])
        return {
            "source_id": f"comment-{entry['position']}",
            "name": entry["author"],
            "day": None,
            "precision": "unknown",
            "note": "",
            "parent": f"comment-{entry['reply_to']}" if entry["reply_to"] else None,
            "paragraphs": entry["paragraphs"],
            "first_words": entry["first_words"],
            "last_words": entry["last_words"],
            "words": entry["words"],
            "subject": "" if is_copied else entry["subject"],
        }


def describe_body(body: str) -> dict[str, Any]:
    """Return what the truth says of a text, counted in plain text."""
    words = body.split()
    return {
        "paragraphs": len(body.split("\n\n")),
        "first_words": " ".join(words[:8]),
        "last_words": " ".join(words[-5:]),
        "words": len(words),
    }
