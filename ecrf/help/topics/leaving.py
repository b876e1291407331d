"""Help of the pages that put mistakes right, and of those on which a patient leaves or moves."""

from ecrf.help.topics.topic import Topic

TOPICS = (
    Topic(
        "end-patient",
        "A patient leaves",
        ("end-patient",),
        (
            "Type the day. The list below says at once what follows: visits no longer due, forms that are begun.",
            "One button records it all together, or nothing.",
            "Afterwards the patient’s page lists what is left to finish for this ending.",
        ),
        chapter="site/endings",
        undo="Recorded wrongly: correct the form of the end of study, with a reason. What was closed opens again.",
    ),
    Topic(
        "strike",
        "Strike out and restore",
        (
            *("strike-visit", "strike-patient", "restore-visit", "restore-patient", "restore-form"),
            *("struck-visit", "struck-form", "struck-patients"),
        ),
        (
            "Striking out crosses through and deletes nothing. It stays readable, with your reason.",
            "The page lists first what else it undoes: signatures, verification, queries.",
            "A site strikes out what has no completed form. For more, ask the data manager.",
            "Reason in a few words: what was wrong, for example “opened for the wrong patient”.",
        ),
        chapter="site/corrections",
        undo="**Restore…** brings everything back that was struck out in the same act.",
    ),
    Topic(
        "move",
        "Move to another visit or patient",
        ("move", "move-look"),
        (
            "For data entered in the wrong place. Tick the forms, type the patient’s number, choose the visit.",
            "**Look at what will happen** changes nothing: it shows each value, from where to where.",
            "Give the reason, then move. At the new place look at each form again and complete it.",
        ),
        chapter="site/corrections#entered-into-the-wrong-visit-or-the-wrong-patient",
        undo="Moved by mistake: move it back the same way.",
    ),
    Topic(
        "transfer",
        "Hand over to another site",
        ("transfer-patient", "moved-patients"),
        (
            "For a patient who goes on at another hospital. An investigator of each site has to have agreed.",
            "The number stays. From the day on, the other site enters the data; the first one keeps its copy.",
            "**Show what it does** first: it changes nothing yet.",
        ),
        chapter="data-manager/correcting#hand-a-patient-over",
        undo="Handed over by mistake: hand the patient back the same way. Both acts stay in the trail.",
    ),
)
