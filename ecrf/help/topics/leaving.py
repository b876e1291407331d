"""Help of the pages that put mistakes right, and of those on which a patient leaves or moves."""

from django.utils.translation import gettext_lazy

from ecrf.help.topics.topic import Topic

TOPICS = (
    Topic(
        "end-patient",
        gettext_lazy("A patient leaves"),
        ("end-patient",),
        (
            gettext_lazy(
                "Type the day. The list below says at once what follows: visits no longer due, forms that are begun."
            ),
            gettext_lazy("One button records it all together, or nothing."),
            gettext_lazy("Afterwards the patient’s page lists what is left to finish for this ending."),
        ),
        chapter="site/endings",
        undo=gettext_lazy(
            "Recorded wrongly: correct the form of the end of study, with a reason. What was closed opens again."
        ),
    ),
    Topic(
        "strike",
        gettext_lazy("Strike out and restore"),
        (
            *("strike-visit", "strike-patient", "restore-visit", "restore-patient", "restore-form"),
            *("struck-visit", "struck-form", "struck-patients"),
        ),
        (
            gettext_lazy(
                "Striking out crosses through and deletes nothing. It stays readable, with your reason."
            ),
            gettext_lazy("The page lists first what else it undoes: signatures, verification, queries."),
            gettext_lazy("A site strikes out what has no completed form. For more, ask the data manager."),
            gettext_lazy(
                "Reason in a few words: what was wrong, for example “opened for the wrong patient”."
            ),
        ),
        chapter="site/corrections",
        undo=gettext_lazy("**Restore…** brings everything back that was struck out in the same act."),
    ),
    Topic(
        "move",
        gettext_lazy("Move to another visit or patient"),
        ("move", "move-look"),
        (
            gettext_lazy(
                "For data entered in the wrong place. Tick the forms, type the patient’s number, choose the visit."
            ),
            gettext_lazy(
                "**Look at what will happen** changes nothing: it shows each value, from where to where."
            ),
            gettext_lazy(
                "Give the reason, then move. At the new place look at each form again and complete it."
            ),
        ),
        chapter="site/corrections#entered-into-the-wrong-visit-or-the-wrong-patient",
        undo=gettext_lazy("Moved by mistake: move it back the same way."),
    ),
    Topic(
        "transfer",
        gettext_lazy("Hand over to another site"),
        ("transfer-patient", "moved-patients"),
        (
            gettext_lazy(
                "For a patient who goes on at another hospital. An investigator of each site has to have agreed."
            ),
            gettext_lazy(
                "The number stays. From the day on, the other site enters the data; the first one keeps its copy."
            ),
            gettext_lazy("**Show what it does** first: it changes nothing yet."),
        ),
        chapter="data-manager/correcting#hand-a-patient-over",
        undo=gettext_lazy(
            "Handed over by mistake: hand the patient back the same way. Both acts stay in the trail."
        ),
    ),
)
