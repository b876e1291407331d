"""Says in words which browser a session is in: “Firefox on Windows”."""

from django.utils.translation import gettext

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
SYSTEMS = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "a Mac"),
    ("Linux", "Linux"),
)
A_BROWSER, ON = "A browser", " on "


def browser_words(user_agent: str) -> str:
    """ "" for a header that names neither."""
    browser = next((name for part, name in BROWSERS if part in user_agent), "")
    system = next((name for part, name in SYSTEMS if part in user_agent), "")
    if not system:
        return browser
    return f"{browser or A_BROWSER}{ON}{system}"


def browser_shown(words: str) -> str:
    """What `browser_words` gave, which is stored, as the reader's language says it."""
    browser, on, system = words.rpartition(ON)
    if not on:
        return words
    names = {
        A_BROWSER: gettext("A browser"),
        "an iPhone": gettext("an iPhone"),
        "an iPad": gettext("an iPad"),
    }
    names["a Mac"] = gettext("a Mac")
    return gettext("%(browser)s on %(system)s") % {
        "browser": names.get(browser, browser),
        "system": names.get(system, system),
    }
