"""Help of the pages of one's own account, most of which are read before the login."""

from ecrf.help.topics.topic import Topic

TOPICS = (
    Topic(
        "log-in",
        "Log in",
        ("login", "choose-language"),
        (
            "Type your user name and your password. Capital and small letters differ.",
            "If a code is asked for next, read it from the authenticator app on your phone, or use your passkey.",
            "Several wrong tries lock the account for a quarter of an hour. Wait, then try again.",
            "You have no account yet? An administrator invites you; the mail with the link holds for 72 hours.",
        ),
        chapter="everybody/account",
        undo="Password gone: **Forgotten password** sends you a link that works once.",
        is_open=True,
    ),
    Topic(
        "second-factor",
        "The second step of the login",
        ("second-factor", "passkey-login"),
        (
            "Type the six digits that your authenticator app shows now. They change every half minute.",
            "A passkey asks for your finger, your face or the PIN of your device instead.",
            "A code that is refused: is the clock of the phone set by the network?",
        ),
        chapter="everybody/account#phone-lost-or-new",
        undo="Phone lost: use one of your recovery codes. None left: ask who is named below.",
        is_open=True,
    ),
    Topic(
        "forgotten-password",
        "Forgotten password",
        ("forgotten-password", "reset"),
        (
            "Type your user name or your mail address. A link goes to the address of your account, if there is one.",
            "The link works once, within an hour.",
            "Choose a password of at least 12 characters. A sentence that only you know is good and easy to type.",
        ),
        chapter="everybody/account#forgotten-password",
        undo="No mail after a few minutes: look under spam, then ask who is named below.",
        is_open=True,
    ),
    Topic(
        "invitation",
        "Your invitation",
        ("invitation", "new-address"),
        (
            "Choose a password of at least 12 characters. Nobody else ever sees it.",
            "Next you set up a second step: an authenticator app on your phone, or a passkey.",
            "The link works once. A link that opens nothing is too old or was used: ask for another.",
        ),
        chapter="everybody/account",
        undo="The password can be changed at any time on the page of your account.",
        is_open=True,
    ),
    Topic(
        "account",
        "Your account",
        ("account", "change-password", "change-address", "own-language", "sso-own"),
        (
            "See what you may do, at which site, and what is still missing for it today.",
            "Change your password or your mail address here. A new address is confirmed by a link.",
            "See where you are logged in. End a session that you do not know, then change the password.",
            "A name that is wrong is corrected by an administrator.",
        ),
        chapter="everybody/account",
        undo="What you change here can be changed again.",
        is_open=True,
    ),
    Topic(
        "ways-in",
        "Second step of the login",
        (
            "second-factor-setup",
            "add-authenticator",
            "remove-authenticator",
            "add-passkey",
            "remove-passkey",
            "recovery-codes",
        ),
        (
            "Scan the picture with an authenticator app, then type the six digits it shows.",
            "Or add a passkey: your device asks for finger, face or PIN, and there is no code to type.",
            "Keep the recovery codes on paper, away from the computer. Each works once.",
            "Two ways in are better than one: a lost phone then costs nothing.",
        ),
        chapter="everybody/account#phone-lost-or-new",
        undo="A way in that you remove can be set up again. The last one cannot be removed while one is needed.",
        is_open=True,
    ),
    Topic(
        "declaration",
        "Before your first signature",
        ("declaration",),
        (
            "Read what your signature means: it binds you as one written by hand does.",
            "**I declare this**, once. From then on you sign by your password.",
            "Somebody must have made sure who you are. If that is missing, ask an administrator.",
        ),
        chapter="site/signing",
    ),
)
