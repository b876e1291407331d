"""Says in words which browser a session is in: “Firefox on Windows”."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ecrf.access.kept_words import as_kept, as_read
from ecrf.access.language import in_master

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""(what the header says, the name). The first that fits: most browsers name those they descend from, too."""
SYSTEMS: tuple[tuple[str, str | Promise], ...] = (
    ("iPhone", gettext_lazy("an iPhone")),
    ("iPad", gettext_lazy("an iPad")),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", gettext_lazy("a Mac")),
    ("Linux", "Linux"),
)
A_BROWSER = gettext_lazy("A browser")
ON = gettext_lazy("%(browser)s on %(system)s")
SAID = (ON, A_BROWSER, *(name for _part, name in SYSTEMS if isinstance(name, Promise)))


def browser_words(user_agent: str) -> str:
    """As it is stored; "" for a header that names neither."""
    browser = next((name for part, name in BROWSERS if part in user_agent), "")
    system = next((name for part, name in SYSTEMS if part in user_agent), "")
    if not system:
        return browser
    with in_master():
        return as_kept(ON, browser=browser or str(A_BROWSER), system=str(system))


def browser_shown(words: str) -> str:
    """What `browser_words` gave, as the reader's language says it."""
    return as_read(words, *SAID)
