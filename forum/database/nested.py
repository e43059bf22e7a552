"""Small rows of another table as one value of a row: one statement asks for both.

    years = DiscussionYear.objects.filter(discussion=OuterRef("pk")).values_list("year", "comment_count")
    for pk, nested in Discussion.objects.values_list("pk", NestedRows(years)):
        rows = read_nested(nested)  # [[1999, 2], [2003, 1]]

The rows come in no order. They may hold numbers, texts and None; a moment would come as a text.
"""

import json
from typing import Any

from django.db.models import QuerySet, Subquery, TextField

_TEMPLATES = {
    "sqlite": "(SELECT json_group_array(json_array({})) FROM (%(subquery)s) AS nested)",
    "postgresql": "(SELECT json_agg(json_build_array({}))::text FROM (%(subquery)s) AS nested)",
}


class NestedRows(Subquery):
    """The rows of a query set of ``values_list``, which names columns alone, as text."""

    def __init__(self, query_set: "QuerySet[Any, tuple[Any, ...]]") -> None:
        super().__init__(query_set, output_field=TextField())
        assert self.query.values_select, "rows of no columns"
        assert not self.query.annotation_select, "what is no column would be left out"

    def as_sql(self, compiler: Any, connection: Any, template: str | None = None, **extra_context: Any) -> Any:
        """Write the query around that of the rows."""
        columns = ", ".join(map(connection.ops.quote_name, self.query.values_select))
        return super().as_sql(compiler, connection, _TEMPLATES[connection.vendor].format(columns), **extra_context)


def read_nested(text: str | None) -> list[list[Any]]:
    """Return the rows that a database has written as ``text``."""
    return json.loads(text) if text else []
