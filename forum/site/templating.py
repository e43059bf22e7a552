"""Django's templates, whose contexts are gone as soon as a page is written.

A context and its layers refer to each other: left alone, each page stays in memory, with all the comments on it, until Python
looks for such circles, which it seldom does here (``garbage``). Of long threads that was 20 MB in a web process.
"""

from typing import Any

from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.template.backends.django import DjangoTemplates, reraise
from django.template.backends.django import Template as DjangoTemplate
from django.template.context import make_context
from django.utils.safestring import SafeString

from .translating import one_language


class Template(DjangoTemplate):
    """Takes its context apart when it is rendered. Each is written in one language: none has a ``language`` tag."""

    def render(self, context: dict[str, Any] | None = None, request: HttpRequest | None = None) -> SafeString:
        """Return what ``Template`` of Django returns, and raise what it raises."""
        filled = make_context(context, request, autoescape=self.backend.engine.autoescape)
        try:
            with one_language():
                return self.template.render(filled)
        except TemplateDoesNotExist as error:
            reraise(error, self.backend)
        finally:
            filled.dicts.clear()


class Templates(DjangoTemplates):
    """The backend (``TEMPLATES``)."""

    def from_string(self, template_code: str) -> Template:
        """Return a template of this text."""
        return Template(self.engine.from_string(template_code), self)

    def get_template(self, template_name: str) -> Template:
        """Return the template of this name. Raises TemplateDoesNotExist."""
        try:
            return Template(self.engine.get_template(template_name), self)
        except TemplateDoesNotExist as error:
            reraise(error, self)
