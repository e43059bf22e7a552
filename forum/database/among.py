"""The lookup ``among``: a condition with any number of whole numbers in one parameter, so that it is one statement for all.

    numbers = write_numbers([3, 5, 8])
    TokenCount.objects.filter(hash__among=numbers)

Where ``in`` has a mark for each, and so another statement for each number of them.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import BigIntegerField, Lookup

from .compiled import find_vendor


def write_numbers(numbers: Iterable[int]) -> Any:  # a text, which no field of numbers seems to take
    """Return ``numbers`` as the lookup takes them: a list of JSON, or on PostgreSQL an array."""
    written = ",".join(map(str, numbers))
    return f"{{{written}}}" if find_vendor() == "postgresql" else f"[{written}]"


@BigIntegerField.register_lookup
class Among(Lookup[int]):
    """True of numbers that are in the list."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Write the condition for SQLite."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} IN (SELECT value FROM json_each(%s))", [*params, self.rhs]  # noqa: S608 - a column

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """Write the condition for PostgreSQL."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::bigint[])", [*params, self.rhs]
