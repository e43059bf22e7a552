"""Forms in which people write."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def show_form_again(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a failed check of the form token."""
    return render(request, "403.html", status=403)
