"""Help of the pages of review: verification, queries, locks, monitoring visits."""

from django.utils.translation import gettext_lazy

from ecrf.help.topics.topic import Topic

TOPICS = (
    Topic(
        "review",
        gettext_lazy("Review"),
        ("monitor:index", "monitor:work-list"),
        (
            gettext_lazy(
                "Your work comes first: queries at your turn, signatures broken, values changed since"
                " you verified them."
            ),
            gettext_lazy("**Go on verifying** leads to the next item of the plan, wherever it is."),
            gettext_lazy("Below stand the numbers of each site. A number is a link to what it counts."),
        ),
        chapter="monitor/first-day",
    ),
    Topic(
        "review-visit",
        gettext_lazy("Verify a visit"),
        ("monitor:casebook_visit_change", "monitor:casebook_entry_change", "monitor:log", "monitor:*_change"),
        (
            gettext_lazy(
                "`V` the value is as in the source: verified, and on to the next. `N` leaves it out."
            ),
            gettext_lazy("`Q` asks the site at this value: type, `Enter` sends. `?` shows all keys."),
            gettext_lazy(
                "A value that changes later falls back by itself, and the old value stands beside it."
            ),
            gettext_lazy(
                "**Planned only** hides what the plan does not ask for. You may verify more than it asks."
            ),
        ),
        chapter="monitor/verifying",
        undo=gettext_lazy(
            "`U` takes back your last verification on this page. A query can be closed again, with a reason."
        ),
    ),
    Topic(
        "review-patient",
        gettext_lazy("A patient in review"),
        ("monitor:casebook_patient_change",),
        (
            gettext_lazy(
                "The story first, then visits and forms with how far review has come. Click a cell to verify there."
            ),
            gettext_lazy("Logs stand below: one row for each event or medicine."),
            gettext_lazy("The trail of the patient tells who entered what, when and why."),
        ),
        chapter="monitor/verifying",
    ),
    Topic(
        "review-lists",
        gettext_lazy("Lists"),
        (
            *("monitor:casebook_patient_changelist", "monitor:casebook_visit_changelist"),
            *("monitor:casebook_entry_changelist", "monitor:*_changelist"),
        ),
        (
            gettext_lazy("Search by number, narrow at the side, and sort by a click on a column’s head."),
            gettext_lazy("A line leads to the page where it is verified or asked about."),
            gettext_lazy("What you chose stands in the address: keep it as a bookmark."),
        ),
        chapter="monitor/verifying#find-what-is-left",
    ),
    Topic(
        "review-query",
        gettext_lazy("Queries in review"),
        (
            *("monitor:queries_query_changelist", "monitor:queries_query_change", "monitor:open-query"),
            *("monitor:close-queries", "monitor:ask-queries-again"),
        ),
        (
            gettext_lazy(
                "Whose turn it is stands at each query. Narrow to yours, then go on from one to the next with `N`."
            ),
            gettext_lazy("`C` closes, `A` asks again, `P` passes it on to somebody else in review."),
            gettext_lazy(
                "Ask about one value, in one sentence. Say what you saw; the site reads the source."
            ),
            gettext_lazy("Tick several with `X` to close them or to ask again together."),
        ),
        chapter="monitor/queries",
        undo=gettext_lazy("Closed too early: **Reopen**, with a reason."),
    ),
    Topic(
        "noisy-checks",
        gettext_lazy("Noisy checks"),
        ("monitor:noisy-checks",),
        (
            gettext_lazy("Which checks ask often and are mostly confirmed: they cost work and find little."),
            gettext_lazy(
                "Talk about the first lines with the sponsor; a check’s limits are changed in the software, not here."
            ),
        ),
        chapter="data-manager/queries-and-locks",
    ),
    Topic(
        "locks",
        gettext_lazy("Freezes and locks"),
        ("monitor:locks", "monitor:study-locks", "monitor:scope-locks"),
        (
            gettext_lazy("A freeze stops changes of data; review goes on. A lock stops both."),
            gettext_lazy("Read first what is in the way: open queries, missing forms, broken signatures."),
            gettext_lazy(
                "Choose the smallest part that is meant: a form, a visit, a patient, a site, the study."
            ),
            gettext_lazy("Give a reason. What was open at that moment is written down with the lock."),
        ),
        chapter="data-manager/queries-and-locks#freeze-and-lock",
        undo=gettext_lazy("**Unlock** or **Unfreeze** it, with a reason. The data are as they were."),
    ),
    Topic(
        "plan",
        gettext_lazy("Verification plan"),
        ("monitor:plan",),
        (
            gettext_lazy(
                "Critical items are verified at every patient. Of all other forms a share is drawn."
            ),
            gettext_lazy(
                "Nobody can steer which forms are drawn. Raising a share adds forms and takes none away."
            ),
            gettext_lazy("A data manager sets a site’s share and sees what it would add before saving."),
        ),
        chapter="monitor/verifying#the-plan",
    ),
    Topic(
        "monitoring-visits",
        gettext_lazy("Monitoring visits"),
        ("monitor:monitoring-visits", "monitor:monitoring-visit"),
        (
            gettext_lazy(
                "Plan the visit: the site is told by mail. **Start** it there: your worklist is kept as it is then."
            ),
            gettext_lazy(
                "**End** it: report and letter are drafted from what you really did. Read and complete both."
            ),
            gettext_lazy(
                "Sign to finish. The letter then goes to the site, who confirm that they have read it."
            ),
        ),
        chapter="monitor/visits",
        undo=gettext_lazy(
            "By mistake: **Take the start back**, or **Call the visit off**. A signed letter stays."
        ),
    ),
)
