"""Help of the pages on accounts, sites, and who had access."""

from ecrf.help.topics.topic import Topic

TOPICS = (
    Topic(
        "people",
        "People",
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
            "What is due stands first: invitations not taken up, locked accounts, roles that end soon.",
            "**Invite somebody** sends a link; the person chooses the password. You never set one.",
            "A person’s page: give and end roles, unlock, close. Each change needs a reason.",
            "Somebody asks for a new second factor? Call a number that you already know, first.",
        ),
        chapter="administrator/accounts",
        undo="End a role that was given by mistake; give it again if it was right. Nothing is deleted.",
    ),
    Topic(
        "sites",
        "Sites",
        (
            *("sites", "site", "add-site", "correct-site", "activate-site", "close-site", "open-site"),
            "keep-delegation-log",
        ),
        (
            "Add a site with code, name and time zone. The code begins its patients’ numbers and never changes.",
            "Its people can log in and practise at once. It takes data when you **activate** it.",
            "Activate with the day of approval and the approved version of the protocol.",
        ),
        chapter="administrator/accounts#open-a-site",
        undo="Close a site, or open it again, with a reason. Name and time zone can be corrected.",
    ),
    Topic(
        "access",
        "Who has access",
        ("access", "role-matrix"),
        (
            "Who had which role at which site on any day, given by whom and why.",
            "Choose the day. Names are those of that time.",
            "**What roles may do** is the table that the program itself asks at every page.",
        ),
        chapter="administrator/accounts#look-at-regular-intervals",
    ),
    Topic(
        "access-reviews",
        "Access review",
        ("access-reviews", "access-review", "end-access"),
        (
            "Go through all roles: confirm each, or end it with a reason.",
            "Your own roles are for another administrator, if there is one.",
            "You can stop and go on later. Finished, it is kept as it was and can be printed.",
        ),
        chapter="administrator/accounts#look-at-regular-intervals",
        undo="A role ended by mistake is given again on the person’s page.",
    ),
    Topic(
        "logins",
        "Logins",
        ("login-log", "unusual-access"),
        (
            "Every login, wrong try and lock. Narrow by person and day.",
            "Unusual: a new address, at night, many wrong tries, many pages in an hour.",
            "Often there is a plain reason. You know of none? Ask the person, and end the sessions.",
        ),
        chapter="administrator/accounts#look-at-regular-intervals",
    ),
    Topic(
        "mails",
        "Mail sent",
        ("mails",),
        (
            "What has become of every mail: sent, waiting, or refused by the mail server, with its words.",
            "Correct the address on the person’s page, then send again.",
        ),
        chapter="administrator/accounts",
    ),
    Topic(
        "delegation",
        "Delegation log",
        ("delegation", "end-delegation"),
        (
            "Who may do which task at this site, from when to when. Everybody of the site reads it.",
            "The investigator adds a line: person, tasks, first day, and signs with the password.",
            "Until the log is begun here it is kept on paper, and this page decides nothing.",
        ),
        chapter="site/delegation",
        undo="A line is never deleted. **End** it with a reason, and add the right one.",
    ),
    Topic(
        "training-documents",
        "Everybody’s training",
        ("training-documents", "training-document", "publish-training"),
        (
            "Which texts the roles must know, and who has confirmed which version when.",
            "Publishing a new version asks everybody of its roles again, at once. The page says how many.",
            "Until they confirm, they read and do not enter.",
        ),
        chapter="site/delegation#training",
        undo="**Withdraw** a text, with a reason: nobody is asked for it any more. Confirmations stay.",
    ),
    Topic(
        "pages-read",
        "Pages read by inspectors",
        ("pages-read",),
        (
            "Every page that an inspector has opened, and when. It can be taken as a file.",
            "Nothing is expected of you here.",
        ),
        chapter="others/inspector",
    ),
)
