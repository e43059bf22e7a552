"""Reads microdata out of a page as the HTML standard says (https://html.spec.whatwg.org/multipage/microdata.html), for tests."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

import html5lib

VOCABULARY = json.loads((Path(__file__).parent.parent / "data" / "schema_org.json").read_text())
SITE = "http://localhost:8000"


@dataclass
class Item:
    """An item: the last part of its type, and its values by property, in the order of the page."""

    type: str
    values: dict[str, list["Item | str"]] = field(default_factory=dict)

    def one(self, name: str) -> "Item | str":
        """Return the only value of a property."""
        (value,) = self.values[name]
        return value

    def inside(self, name: str) -> list["Item"]:
        """Return the items among the values of a property, with those in them by the same property."""
        here = [value for value in self.values.get(name, []) if isinstance(value, Item)]
        return [found for item in here for found in (item, *item.inside(name))]

    def all_values(self) -> Iterator[str]:
        """Yield every text in the item and in those inside it."""
        for values in self.values.values():
            for value in values:
                if isinstance(value, Item):
                    yield from value.all_values()
                else:
                    yield value


def read_items(html: str) -> list[Item]:
    """Return the items of a page that are part of no other. A property outside of every item is an AssertionError."""
    found: list[Item] = []
    _walk(html5lib.parse(html, namespaceHTMLElements=False), None, found)
    return found


def find_faults(item: Item) -> list[str]:
    """Return what the vocabulary of schema.org says against ``item`` and what is in it."""
    allowed, kind = set(), item.type
    while kind:
        allowed |= set(VOCABULARY["types"][kind]["properties"])
        kind = VOCABULARY["types"][kind]["is_a"]
    faults = [f"{item.type} has no {name}" for name in item.values if name not in allowed]
    for name, values in item.values.items():
        for value in values:
            if not _fits(value, VOCABULARY["values"].get(name, [])):
                faults.append(f"{name} of {item.type} is {value!r}")
            if isinstance(value, Item):
                faults += find_faults(value)
    return faults


def _walk(element: Element, around: Item | None, found: list[Item]) -> None:
    inside = around
    if "itemscope" in element.attrib:
        kind = element.attrib["itemtype"]
        assert kind.startswith("https://schema.org/"), kind
        inside = Item(kind.removeprefix("https://schema.org/"))
        if "itemprop" not in element.attrib:
            found.append(inside)
    if name := element.attrib.get("itemprop"):
        assert around is not None, f"{name} is of no item"
        around.values.setdefault(name, []).append(inside if "itemscope" in element.attrib else _value(element))
    for child in element:
        _walk(child, inside, found)


def _value(element: Element) -> str:
    if element.tag in ("a", "link"):
        return urljoin(SITE, element.attrib["href"])
    if element.tag == "meta":
        return element.attrib["content"]
    if element.tag == "time" and "datetime" in element.attrib:
        return element.attrib["datetime"]
    return "".join(element.itertext())


def _fits(value: Item | str, kinds: list[str]) -> bool:
    if isinstance(value, Item):
        return value.type in kinds
    if "URL" in kinds:
        return value.startswith(f"{SITE}/")
    if "Date" in kinds:
        year, month, day = value.split("-")  # a whole day
        return (len(year), len(month), len(day)) == (4, 2, 2) and value.replace("-", "").isdecimal()
    return "Text" in kinds and bool(value.strip())
