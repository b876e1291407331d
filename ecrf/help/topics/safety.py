"""Help of the pages on serious events."""

from ecrf.help.topics.topic import Topic

TOPICS = (
    Topic(
        "serious-events",
        "Serious events",
        ("serious-events", "serious-event"),
        (
            "Every serious event of which safety and the sponsor were told, those not yet seen first.",
            "Open it, read what the site has entered, then confirm that you have seen it: the daily mail stops.",
            "The clock runs from when the site became aware, by the clock of the site.",
            "Something is missing? Ask the site by a query at the item.",
        ),
        chapter="others/safety",
        undo="Seen by mistake: it stays in the list **Seen**, with its facts, and can be read again.",
    ),
)
