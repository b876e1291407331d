"""Help of the pages on the whole study: the trail, data out, outcomes."""

from django.utils.translation import gettext_lazy

from ecrf.help.topics.topic import Topic

TOPICS = (
    Topic(
        "trail",
        gettext_lazy("The trail"),
        ("patient-trail", "site-trail"),
        (
            gettext_lazy("Who did what, when and why, as the database wrote it. The newest first."),
            gettext_lazy("Narrow it by person, form, item and day; the address keeps what you chose."),
            gettext_lazy(
                "**Download** gives it as CSV with its hashes. The download itself is noted in the trail."
            ),
        ),
        chapter="others/inspector#read-the-trail",
    ),
    Topic(
        "trail-review",
        gettext_lazy("What stands out in the trail"),
        ("trail-review", "trail-review-all"),
        (
            gettext_lazy(
                "Places to look at: entered late, changed often, at odd hours. Each group says what it looks for."
            ),
            gettext_lazy("A row is a place to look, not a fault. Often there is a plain reason."),
            gettext_lazy("Choose the period and the limits above, then **Look**."),
        ),
        chapter="data-manager/queries-and-locks#what-stands-out-in-the-trail",
    ),
    Topic(
        "data-out",
        gettext_lazy("Data out"),
        ("exports", "new-cut", "make-cut-again", "export"),
        (
            gettext_lazy("A data cut holds the study as it is at one moment. Give it a name and a reason."),
            gettext_lazy(
                "It is made in the background: you may close the page. It stays here, with its hash."
            ),
            gettext_lazy("What identifies people is left out unless you say why it is needed."),
            gettext_lazy("Made again, a cut has the same bytes: keep the hash with your analysis."),
        ),
        chapter="data-manager/data-out",
        undo=gettext_lazy(
            "A cut is never taken away. Taken wrongly: take another, and say so in its reason."
        ),
    ),
    Topic(
        "compare-cuts",
        gettext_lazy("Compare two data cuts"),
        ("compare-cuts",),
        (
            gettext_lazy(
                "What is new, gone and changed from one cut to the other, value by value, read from the trail."
            ),
            gettext_lazy("Only what both hold is compared. Review (queries, locks, signatures) is not."),
            gettext_lazy("**All as CSV** gives every difference as a file."),
        ),
        chapter="data-manager/data-out#compare-two-cuts",
    ),
    Topic(
        "outcomes",
        gettext_lazy("Outcomes"),
        ("outcomes", "outcomes-rows", "site-outcomes", "site-outcomes-rows"),
        (
            gettext_lazy(
                "The results so far, as of now or of a data cut. Every table says how many patients are in it."
            ),
            gettext_lazy(
                "A number that is a link leads to the rows behind it, and to what was left out and why."
            ),
            gettext_lazy("**Print as PDF** for the file."),
        ),
        chapter="others/statistician",
    ),
    Topic(
        "audit-state",
        gettext_lazy("Audit trail"),
        ("audit-state",),
        (
            gettext_lazy(
                "Whether the trail holds: it is verified every day, and what does not fit is named here."
            ),
            gettext_lazy(
                "An anchor is a signed fingerprint that left this machine. Download some and keep them elsewhere."
            ),
            gettext_lazy("A red line is for today: tell the operator and the sponsor, and change nothing."),
        ),
        chapter="others/inspector#does-the-trail-hold",
    ),
)
