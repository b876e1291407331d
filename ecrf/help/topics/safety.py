"""Help of the pages on serious events."""

from django.utils.translation import gettext_lazy

from ecrf.help.topics.topic import Topic

TOPICS = (
    Topic(
        "serious-events",
        gettext_lazy("Serious events"),
        ("serious-events", "serious-event"),
        (
            gettext_lazy(
                "Every serious event of which safety and the sponsor were told, those not yet seen first."
            ),
            gettext_lazy(
                "Open it, read what the site has entered, then confirm that you have seen it: the daily mail stops."
            ),
            gettext_lazy("The clock runs from when the site became aware, by the clock of the site."),
            gettext_lazy("Something is missing? Ask the site by a query at the item."),
        ),
        chapter="others/safety",
        undo=gettext_lazy(
            "Seen by mistake: it stays in the list **Seen**, with its facts, and can be read again."
        ),
    ),
)
