"""Help of the pages that everybody has."""

from ecrf.help.topics.topic import Topic

TOPICS = (
    Topic(
        "places",
        "All places",
        ("places",),
        ("Every page that your roles open, by what it is for. The same stands under **More** in the head.",),
        chapter="everybody/help",
    ),
    Topic(
        "checks",
        "Checks and assumptions",
        ("checks", "assumptions"),
        (
            "Every check with its number and its words: look here why something was asked.",
            "Assumptions are values that the published protocol does not tell. They are not the protocol’s.",
            "Find a word on the page with `Ctrl F`.",
        ),
        chapter="everybody/help",
    ),
    Topic(
        "training",
        "Your training",
        ("training", "read-training"),
        (
            "What your roles ask you to know. Read it, then confirm by the button below the text.",
            "A practice visit is looked at by the program: every form of one visit complete, entered by you.",
            "Until all is confirmed you read your sites and enter at the practice site only.",
        ),
        chapter="site/delegation#training",
    ),
    Topic(
        "mail-choices",
        "Mail to you",
        ("mail-choices",),
        (
            "Choose what you are told by mail, and how often.",
            "What concerns the safety of patients or of your account is always sent.",
        ),
        chapter="everybody/account#mail-to-you",
        undo="Choose again: it holds at once.",
    ),
    Topic(
        "calendar-feed",
        "Calendar feed",
        ("calendar-addresses",),
        (
            "Makes an address that your own calendar program can follow: due visits and appointments, by number.",
            "Copy it when it is made: it is shown once. Whoever knows the address can read it.",
        ),
        chapter="site/appointments",
        undo="Sent to the wrong person, or a phone lost: **revoke** the address. It shows nothing from then on.",
    ),
)
