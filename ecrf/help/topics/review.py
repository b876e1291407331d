"""Help of the pages of review: verification, queries, locks, monitoring visits."""

from ecrf.help.topics.topic import Topic

TOPICS = (
    Topic(
        "review",
        "Review",
        ("monitor:index", "monitor:work-list"),
        (
            "Your work comes first: queries at your turn, signatures broken, values changed since you verified them.",
            "**Go on verifying** leads to the next item of the plan, wherever it is.",
            "Below stand the numbers of each site. A number is a link to what it counts.",
        ),
        chapter="monitor/first-day",
    ),
    Topic(
        "review-visit",
        "Verify a visit",
        ("monitor:casebook_visit_change", "monitor:casebook_entry_change", "monitor:log", "monitor:*_change"),
        (
            "`V` the value is as in the source: verified, and on to the next. `N` leaves it out.",
            "`Q` asks the site at this value: type, `Enter` sends. `?` shows all keys.",
            "A value that changes later falls back by itself, and the old value stands beside it.",
            "**Planned only** hides what the plan does not ask for. You may verify more than it asks.",
        ),
        chapter="monitor/verifying",
        undo="`U` takes back your last verification on this page. A query can be closed again, with a reason.",
    ),
    Topic(
        "review-patient",
        "A patient in review",
        ("monitor:casebook_patient_change",),
        (
            "The story first, then visits and forms with how far review has come. Click a cell to verify there.",
            "Logs stand below: one row for each event or medicine.",
            "The trail of the patient tells who entered what, when and why.",
        ),
        chapter="monitor/verifying",
    ),
    Topic(
        "review-lists",
        "Lists",
        (
            *("monitor:casebook_patient_changelist", "monitor:casebook_visit_changelist"),
            *("monitor:casebook_entry_changelist", "monitor:*_changelist"),
        ),
        (
            "Search by number, narrow at the side, and sort by a click on a column’s head.",
            "A line leads to the page where it is verified or asked about.",
            "What you chose stands in the address: keep it as a bookmark.",
        ),
        chapter="monitor/verifying#find-what-is-left",
    ),
    Topic(
        "review-query",
        "Queries in review",
        (
            *("monitor:queries_query_changelist", "monitor:queries_query_change", "monitor:open-query"),
            *("monitor:close-queries", "monitor:ask-queries-again"),
        ),
        (
            "Whose turn it is stands at each query. Narrow to yours, then go on from one to the next with `N`.",
            "`C` closes, `A` asks again, `P` passes it on to somebody else in review.",
            "Ask about one value, in one sentence. Say what you saw; the site reads the source.",
            "Tick several with `X` to close them or to ask again together.",
        ),
        chapter="monitor/queries",
        undo="Closed too early: **Reopen**, with a reason.",
    ),
    Topic(
        "noisy-checks",
        "Noisy checks",
        ("monitor:noisy-checks",),
        (
            "Which checks ask often and are mostly confirmed: they cost work and find little.",
            "Talk about the first lines with the sponsor; a check’s limits are changed in the software, not here.",
        ),
        chapter="data-manager/queries-and-locks",
    ),
    Topic(
        "locks",
        "Freezes and locks",
        ("monitor:locks", "monitor:study-locks", "monitor:scope-locks"),
        (
            "A freeze stops changes of data; review goes on. A lock stops both.",
            "Read first what is in the way: open queries, missing forms, broken signatures.",
            "Choose the smallest part that is meant: a form, a visit, a patient, a site, the study.",
            "Give a reason. What was open at that moment is written down with the lock.",
        ),
        chapter="data-manager/queries-and-locks#freeze-and-lock",
        undo="**Unlock** or **Unfreeze** it, with a reason. The data are as they were.",
    ),
    Topic(
        "plan",
        "Verification plan",
        ("monitor:plan",),
        (
            "Critical items are verified at every patient. Of all other forms a share is drawn.",
            "Nobody can steer which forms are drawn. Raising a share adds forms and takes none away.",
            "A data manager sets a site’s share and sees what it would add before saving.",
        ),
        chapter="monitor/verifying#the-plan",
    ),
    Topic(
        "monitoring-visits",
        "Monitoring visits",
        ("monitor:monitoring-visits", "monitor:monitoring-visit"),
        (
            "Plan the visit: the site is told by mail. **Start** it there: your worklist is kept as it is then.",
            "**End** it: report and letter are drafted from what you really did. Read and complete both.",
            "Sign to finish. The letter then goes to the site, who confirm that they have read it.",
        ),
        chapter="monitor/visits",
        undo="By mistake: **Take the start back**, or **Call the visit off**. A signed letter stays.",
    ),
)
