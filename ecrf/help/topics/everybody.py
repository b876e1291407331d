"""Help of the pages that everybody has."""

from django.utils.translation import gettext_lazy

from ecrf.help.topics.topic import Topic

TOPICS = (
    Topic(
        "places",
        gettext_lazy("All places"),
        ("places",),
        (
            gettext_lazy(
                "Every page that your roles open, by what it is for. The same stands under **More** in the head."
            ),
        ),
        chapter="everybody/help",
    ),
    Topic(
        "checks",
        gettext_lazy("Checks and assumptions"),
        ("checks", "assumptions"),
        (
            gettext_lazy("Every check with its number and its words: look here why something was asked."),
            gettext_lazy(
                "Assumptions are values that the published protocol does not tell. They are not the protocol’s."
            ),
            gettext_lazy("Find a word on the page with `Ctrl F`."),
        ),
        chapter="everybody/help",
    ),
    Topic(
        "training",
        gettext_lazy("Your training"),
        ("training", "read-training"),
        (
            gettext_lazy(
                "What your roles ask you to know. Read it, then confirm by the button below the text."
            ),
            gettext_lazy(
                "A practice visit is looked at by the program: every form of one visit complete, entered by you."
            ),
            gettext_lazy("Until all is confirmed you read your sites and enter at the practice site only."),
        ),
        chapter="site/delegation#training",
    ),
    Topic(
        "mail-choices",
        gettext_lazy("Mail to you"),
        ("mail-choices",),
        (
            gettext_lazy("Choose what you are told by mail, and how often."),
            gettext_lazy("What concerns the safety of patients or of your account is always sent."),
        ),
        chapter="everybody/account#mail-to-you",
        undo=gettext_lazy("Choose again: it holds at once."),
    ),
    Topic(
        "calendar-feed",
        gettext_lazy("Calendar feed"),
        ("calendar-addresses",),
        (
            gettext_lazy(
                "Makes an address that your own calendar program can follow: due visits and appointments, by number."
            ),
            gettext_lazy("Copy it when it is made: it is shown once. Whoever knows the address can read it."),
        ),
        chapter="site/appointments",
        undo=gettext_lazy(
            "Sent to the wrong person, or a phone lost: **revoke** the address. It shows nothing from then on."
        ),
    ),
)
