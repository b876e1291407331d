"""Help of the pages on accounts, sites, and who had access."""

from django.utils.translation import gettext_lazy

from ecrf.help.topics.topic import Topic

TOPICS = (
    Topic(
        "people",
        gettext_lazy("People"),
        (
            *(
                "people",
                "person",
                "invite",
                "correct-person",
                "close-account",
                "reopen-account",
                "record-identity",
            ),
            *("give-role", "end-role", "take-second-factor", "sso-unlink"),
        ),
        (
            gettext_lazy(
                "What is due stands first: invitations not taken up, locked accounts, roles that end soon."
            ),
            gettext_lazy(
                "**Invite somebody** sends a link; the person chooses the password. You never set one."
            ),
            gettext_lazy("A person’s page: give and end roles, unlock, close. Each change needs a reason."),
            gettext_lazy(
                "Somebody asks for a new second factor? Call a number that you already know, first."
            ),
        ),
        chapter="administrator/accounts",
        undo=gettext_lazy(
            "End a role that was given by mistake; give it again if it was right. Nothing is deleted."
        ),
    ),
    Topic(
        "sites",
        gettext_lazy("Sites"),
        (
            *("sites", "site", "add-site", "correct-site", "activate-site", "close-site", "open-site"),
            "keep-delegation-log",
        ),
        (
            gettext_lazy(
                "Add a site with code, name and time zone. The code begins its patients’ numbers and never changes."
            ),
            gettext_lazy(
                "Its people can log in and practise at once. It takes data when you **activate** it."
            ),
            gettext_lazy("Activate with the day of approval and the approved version of the protocol."),
        ),
        chapter="administrator/accounts#open-a-site",
        undo=gettext_lazy(
            "Close a site, or open it again, with a reason. Name and time zone can be corrected."
        ),
    ),
    Topic(
        "access",
        gettext_lazy("Who has access"),
        ("access", "role-matrix"),
        (
            gettext_lazy("Who had which role at which site on any day, given by whom and why."),
            gettext_lazy("Choose the day. Names are those of that time."),
            gettext_lazy("**What roles may do** is the table that the program itself asks at every page."),
        ),
        chapter="administrator/accounts#look-at-regular-intervals",
    ),
    Topic(
        "access-reviews",
        gettext_lazy("Access review"),
        ("access-reviews", "access-review", "end-access"),
        (
            gettext_lazy("Go through all roles: confirm each, or end it with a reason."),
            gettext_lazy("Your own roles are for another administrator, if there is one."),
            gettext_lazy("You can stop and go on later. Finished, it is kept as it was and can be printed."),
        ),
        chapter="administrator/accounts#look-at-regular-intervals",
        undo=gettext_lazy("A role ended by mistake is given again on the person’s page."),
    ),
    Topic(
        "logins",
        gettext_lazy("Logins"),
        ("login-log", "unusual-access"),
        (
            gettext_lazy("Every login, wrong try and lock. Narrow by person and day."),
            gettext_lazy("Unusual: a new address, at night, many wrong tries, many pages in an hour."),
            gettext_lazy(
                "Often there is a plain reason. You know of none? Ask the person, and end the sessions."
            ),
        ),
        chapter="administrator/accounts#look-at-regular-intervals",
    ),
    Topic(
        "mails",
        gettext_lazy("Mail sent"),
        ("mails",),
        (
            gettext_lazy(
                "What has become of every mail: sent, waiting, or refused by the mail server, with its words."
            ),
            gettext_lazy("Correct the address on the person’s page, then send again."),
        ),
        chapter="administrator/accounts",
    ),
    Topic(
        "delegation",
        gettext_lazy("Delegation log"),
        ("delegation", "end-delegation"),
        (
            gettext_lazy(
                "Who may do which task at this site, from when to when. Everybody of the site reads it."
            ),
            gettext_lazy(
                "The investigator adds a line: person, tasks, first day, and signs with the password."
            ),
            gettext_lazy("Until the log is begun here it is kept on paper, and this page decides nothing."),
        ),
        chapter="site/delegation",
        undo=gettext_lazy("A line is never deleted. **End** it with a reason, and add the right one."),
    ),
    Topic(
        "training-documents",
        gettext_lazy("Everybody’s training"),
        ("training-documents", "training-document", "publish-training"),
        (
            gettext_lazy("Which texts the roles must know, and who has confirmed which version when."),
            gettext_lazy(
                "Publishing a new version asks everybody of its roles again, at once. The page says how many."
            ),
            gettext_lazy("Until they confirm, they read and do not enter."),
        ),
        chapter="site/delegation#training",
        undo=gettext_lazy(
            "**Withdraw** a text, with a reason: nobody is asked for it any more. Confirmations stay."
        ),
    ),
    Topic(
        "pages-read",
        gettext_lazy("Pages read by inspectors"),
        ("pages-read",),
        (
            gettext_lazy("Every page that an inspector has opened, and when. It can be taken as a file."),
            gettext_lazy("Nothing is expected of you here."),
        ),
        chapter="others/inspector",
    ),
)
