"""What a browser says about itself, in words that its owner knows. No database here; nothing is counted or kept."""

from django.utils.translation import gettext as _

# The first that is found counts: most browsers name those they descend from as well.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
DEVICES = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "Linux": "Linux",
}


def describe_browser(user_agent: str) -> str:
    """Return "Firefox, Windows" for the header ``User-Agent``, as far as that can be told."""
    browser = next((name for sign, name in BROWSERS.items() if sign in user_agent), "")
    device = next((name for sign, name in DEVICES.items() if sign in user_agent), "")
    return ", ".join(filter(None, (browser, device))) or _("Unknown browser")
