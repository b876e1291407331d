"""What the Typst sources themselves say, in the reader's language: they name each of these texts by a word."""

from django.utils.translation import gettext, pgettext


def said() -> dict[str, str]:
    """{name: text}. In `{braces}` stands what Typst puts in."""
    return {
        "page-of": gettext("page {page} of {count}"),
        "blank": pgettext("an item without a value", "blank"),
        "struck-out": gettext("(struck out)"),
        "none-entered": gettext("None entered."),
        "contents": gettext("Contents"),
        "date": gettext("Date"),
        "window": gettext("Window"),
        "state": gettext("State"),
        "forms-complete": gettext("Forms complete"),
        "signature": gettext("Signature"),
        "page": gettext("Page"),
        "without-value": gettext(
            "An item without a value is shown as an empty box, {box}, unless a reason stands in its place."
        ),
        "short-form": gettext("This is the short form: items and forms that are blank are left out."),
        "marks": gettext(
            "✓ after a value: compared with the source, and unchanged since. Struck out: kept, but no longer counted."
        ),
        "appendix-struck": gettext("Appendix: struck out visits"),
        "struck-whole": gettext(
            "They were struck out whole: kept with what was entered at them, and counted nowhere."
        ),
        "nothing-entered": gettext("Nothing was entered at this visit."),
        "appendix-queries": gettext("Appendix: queries, questions and notes"),
        "no-query": gettext("No query, question or note was ever opened."),
        "appendix-signatures": gettext("Appendix: signatures"),
        "nothing-signed": gettext("Nothing is signed."),
        "appendix-trail": gettext("Appendix: audit trail"),
        "event": gettext("event {positions}"),
        "reason": gettext("Reason: {reason}"),
        "visits-and-forms": gettext("Annotated CRF: visits and their forms"),
        "each-form-once": gettext(
            "Each form is set once, on the page given here. Beside each item stand its name in the data and its CDASH"
            " name."
        ),
        "each-form-once-sdtm": gettext(
            "Each form is set once, on the page given here. Beside each item stand its name in the data and its CDASH"
            " name, and where SDTM has it."
        ),
        "calculated": gettext("calculated: {rule}"),
        "item": gettext("Item"),
        "answer": gettext("Answer"),
    }
