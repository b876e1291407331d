"""What a page says is wrong with which field."""

from lxml import html


def said_wrong(body: bytes | str) -> dict[str, str]:
    """Of each field that is marked as wrong: the words that are told with it."""
    page = html.fromstring(body)
    found = {}
    for field in page.xpath("//*[@aria-invalid='true']"):
        ids = (field.get("aria-describedby") or "").split()
        words = [
            element.text_content() for name in ids for element in page.xpath("//*[@id=$name]", name=name)
        ]
        found[field.get("name")] = " ".join(" ".join(words).split())
    return found
