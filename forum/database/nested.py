"""Small rows of another table as one value of a row: one statement asks for both.

    years = DiscussionYear.objects.filter(discussion=OuterRef("pk")).values_list("year", "comment_count")
    for pk, nested in Discussion.objects.values_list("pk", NestedRows(years)):
        rows = read_nested(nested)  # [[1999, 2], [2003, 1]]

The rows come in no order. They may hold numbers, texts and None; a moment would come as a text.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet, Subquery, TextField

_TEMPLATES = {
    "sqlite": "(SELECT json_group_array(json_array({columns})) FROM ({query}) AS nested)",
    "postgresql": "(SELECT json_agg(json_build_array({columns}))::text FROM ({query}) AS nested)",
}


class NestedRows(Subquery):
    """The rows of a query set of ``values_list``, which names columns alone, as text."""

    def __init__(self, query_set: "QuerySet[Any, tuple[Any, ...]]") -> None:
        super().__init__(query_set, output_field=TextField())
        assert self.query.values_select, "rows of no columns"
        assert not self.query.annotation_select, "what is no column would be left out"

    def as_sql(self, compiler: Any, connection: Any, template: str | None = None, **extra_context: Any) -> Any:
        """Write the query around that of the rows."""
        columns = list(map(connection.ops.quote_name, self.query.values_select))
        return super().as_sql(compiler, connection, write_nested("%(subquery)s", columns, connection.vendor), **extra_context)


def write_nested(query: str, columns: Sequence[str], vendor: str) -> str:
    """Return an expression for the rows of ``query`` as text; ``columns`` are the names that it gives them, quoted."""
    return _TEMPLATES[vendor].format(columns=", ".join(columns), query=query)


def read_nested(text: str | None) -> list[list[Any]]:
    """Return the rows that a database has written as ``text``."""
    return json.loads(text) if text and text != "[]" else []
