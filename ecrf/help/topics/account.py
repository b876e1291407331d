"""Help of the pages of one's own account, most of which are read before the login."""

from django.utils.translation import gettext_lazy

from ecrf.help.topics.topic import Topic

TOPICS = (
    Topic(
        "log-in",
        gettext_lazy("Log in"),
        ("login", "choose-language"),
        (
            gettext_lazy("Type your user name and your password. Capital and small letters differ."),
            gettext_lazy(
                "If a code is asked for next, read it from the authenticator app on your phone, or use your passkey."
            ),
            gettext_lazy(
                "Several wrong tries lock the account for a quarter of an hour. Wait, then try again."
            ),
            gettext_lazy(
                "You have no account yet? An administrator invites you; the mail with the link holds for 72 hours."
            ),
        ),
        chapter="everybody/account",
        undo=gettext_lazy("Password gone: **Forgotten password** sends you a link that works once."),
        is_open=True,
    ),
    Topic(
        "second-factor",
        gettext_lazy("The second step of the login"),
        ("second-factor", "passkey-login"),
        (
            gettext_lazy(
                "Type the six digits that your authenticator app shows now. They change every half minute."
            ),
            gettext_lazy("A passkey asks for your finger, your face or the PIN of your device instead."),
            gettext_lazy("A code that is refused: is the clock of the phone set by the network?"),
        ),
        chapter="everybody/account#phone-lost-or-new",
        undo=gettext_lazy("Phone lost: use one of your recovery codes. None left: ask who is named below."),
        is_open=True,
    ),
    Topic(
        "forgotten-password",
        gettext_lazy("Forgotten password"),
        ("forgotten-password", "reset"),
        (
            gettext_lazy(
                "Type your user name or your mail address. A link goes to the address of your account, if there is one."
            ),
            gettext_lazy("The link works once, within an hour."),
            gettext_lazy(
                "Choose a password of at least 12 characters. A sentence that only you know is good and easy to type."
            ),
        ),
        chapter="everybody/account#forgotten-password",
        undo=gettext_lazy("No mail after a few minutes: look under spam, then ask who is named below."),
        is_open=True,
    ),
    Topic(
        "invitation",
        gettext_lazy("Your invitation"),
        ("invitation", "new-address"),
        (
            gettext_lazy("Choose a password of at least 12 characters. Nobody else ever sees it."),
            gettext_lazy("Next you set up a second step: an authenticator app on your phone, or a passkey."),
            gettext_lazy(
                "The link works once. A link that opens nothing is too old or was used: ask for another."
            ),
        ),
        chapter="everybody/account",
        undo=gettext_lazy("The password can be changed at any time on the page of your account."),
        is_open=True,
    ),
    Topic(
        "account",
        gettext_lazy("Your account"),
        ("account", "change-password", "change-address", "own-language", "own-keys", "sso-own"),
        (
            gettext_lazy("See what you may do, at which site, and what is still missing for it today."),
            gettext_lazy(
                "Change your password or your mail address here. A new address is confirmed by a link."
            ),
            gettext_lazy(
                "See where you are logged in. End a session that you do not know, then change the password."
            ),
            gettext_lazy("Switch keys of one letter off, or have them act only together with Alt."),
            gettext_lazy("A name that is wrong is corrected by an administrator."),
        ),
        chapter="everybody/account",
        undo=gettext_lazy("What you change here can be changed again."),
        is_open=True,
    ),
    Topic(
        "ways-in",
        gettext_lazy("Second step of the login"),
        (
            "second-factor-setup",
            "add-authenticator",
            "remove-authenticator",
            "add-passkey",
            "remove-passkey",
            "recovery-codes",
        ),
        (
            gettext_lazy("Scan the picture with an authenticator app, then type the six digits it shows."),
            gettext_lazy(
                "Or add a passkey: your device asks for finger, face or PIN, and there is no code to type."
            ),
            gettext_lazy("Keep the recovery codes on paper, away from the computer. Each works once."),
            gettext_lazy("Two ways in are better than one: a lost phone then costs nothing."),
        ),
        chapter="everybody/account#phone-lost-or-new",
        undo=gettext_lazy(
            "A way in that you remove can be set up again. The last one cannot be removed while one is needed."
        ),
        is_open=True,
    ),
    Topic(
        "declaration",
        gettext_lazy("Before your first signature"),
        ("declaration",),
        (
            gettext_lazy("Read what your signature means: it binds you as one written by hand does."),
            gettext_lazy("**I declare this**, once. From then on you sign by your password."),
            gettext_lazy(
                "Somebody must have made sure who you are. If that is missing, ask an administrator."
            ),
        ),
        chapter="site/signing",
    ),
)
