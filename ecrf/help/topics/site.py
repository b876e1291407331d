"""Help of the pages on which a site works."""

from django.utils.translation import gettext_lazy

from ecrf.help.topics.topic import Topic

TOPICS = (
    Topic(
        "today",
        gettext_lazy("Today"),
        ("today",),
        (
            gettext_lazy(
                "What waits for you: visits due, what is begun, queries to answer, signatures. Click"
                " a line to go there."
            ),
            gettext_lazy("**Add patient** gives the next number at once. Do it when the consent is signed."),
            gettext_lazy("Find a patient by typing the number into the field at the top."),
            gettext_lazy("**More** leads to every other page that you may open."),
        ),
        chapter="site/first-day",
        undo=gettext_lazy(
            "A patient added by mistake: open it, **Other acts**, **Strike out this patient…**"
        ),
    ),
    Topic(
        "patient",
        gettext_lazy("A patient’s page"),
        ("patient",),
        (
            gettext_lazy(
                "Visits are rows, forms are columns. Click a cell to open that form; the legend says"
                " what the signs mean."
            ),
            gettext_lazy(
                "**Open** a visit when the patient is there. Its date is entered inside, so an"
                " earlier day is no problem."
            ),
            gettext_lazy(
                "Adverse events, medication and other logs are added below the visits, at any time."
            ),
            gettext_lazy(
                "**Other acts**: the patient leaves, strike out, move. An appointment and a print stand above."
            ),
        ),
        chapter="site/entering",
        undo=gettext_lazy("A visit opened by mistake: open it, **Other acts**, **Strike out this visit…**"),
    ),
    Topic(
        "visit",
        gettext_lazy("Enter a visit"),
        ("visit",),
        (
            gettext_lazy(
                "Type, then `Enter`: it is saved, and the next field comes. The head says when all is saved."
            ),
            gettext_lazy(
                "No value? Type `nd` not done, `na` not applicable, `uk` unknown, `rf` refused. `t` is today."
            ),
            gettext_lazy("A yellow question: correct the value, or confirm that it stands so in the source."),
            gettext_lazy("`F2` shows who entered what, `Alt Q` asks your monitor. **Keys** lists the rest."),
            gettext_lazy(
                "At the end **Complete the visit** (`Ctrl Enter`). What is missing is listed, each with a link."
            ),
        ),
        chapter="site/entering",
        undo=gettext_lazy(
            "Type over a wrong value; once completed, with a reason. Wrong place: **Other acts**, **Move**."
        ),
    ),
    Topic(
        "log",
        gettext_lazy("A log: events, medication, history"),
        ("log",),
        (
            gettext_lazy(
                "One row for each event or medicine. **Add** begins one (`Alt A`); it is saved as you type."
            ),
            gettext_lazy("A day that is only partly known: type what is known, 2026-05 or 2026."),
            gettext_lazy(
                "**Complete** a row when nothing more is to come; it can still be changed later, with a reason."
            ),
            gettext_lazy("What belongs together, such as a serious event’s report, is offered at the row."),
        ),
        chapter="site/entering#logs",
        undo=gettext_lazy(
            "One row too many: open it, **Strike out…**; **Restore** brings it back. It is never deleted."
        ),
    ),
    Topic(
        "carry-over",
        gettext_lazy("As the form before"),
        ("carry-over",),
        (
            gettext_lazy("Proposes what stood on the form before and does not change from day to day."),
            gettext_lazy("Look at each value, untick what is different today, then take the others over."),
            gettext_lazy("Only empty fields are filled. Your source must say the same."),
        ),
        chapter="site/entering#as-the-form-before",
        undo=gettext_lazy("A value taken over is corrected as any other: type over it."),
    ),
    Topic(
        "queries",
        gettext_lazy("Queries"),
        ("queries",),
        (
            gettext_lazy(
                "Each line is a question about one value. Click it: you land on the value and can answer there."
            ),
            gettext_lazy(
                "Correct the value, or answer in a sentence why it is right. Both can be done at once."
            ),
            gettext_lazy(
                "A query of a check closes by itself when the value fits. A person’s is closed by the person."
            ),
            gettext_lazy(
                "**Your questions** holds what you asked the monitor, **Your notes** what you noted yourselves."
            ),
        ),
        chapter="site/queries",
        undo=gettext_lazy("An answer cannot be unsaid. Write another one behind it: the monitor reads both."),
    ),
    Topic(
        "answer-query",
        gettext_lazy("Answer a query"),
        ("answer-query", "ask-monitor"),
        (
            gettext_lazy("Compare with the source first: the question may be right."),
            gettext_lazy(
                "Wrong value: correct it, with the reason. Right value: say so and where it stands."
            ),
            gettext_lazy(
                "No names, initials or record numbers of patients in the text. Many people read it."
            ),
            gettext_lazy("A question of your own to the monitor stands at the value that it is about."),
        ),
        chapter="site/queries",
        undo=gettext_lazy("Sent too early: write a second answer. Both are kept."),
    ),
    Topic(
        "sign",
        gettext_lazy("Sign"),
        ("sign-visit", "sign-form", "sign-casebook"),
        (
            gettext_lazy(
                "Read what is covered. What is open or was changed after completion is said above it."
            ),
            gettext_lazy(
                "Sign at the foot with your password. You can sign while queries are open; the page"
                " says what that means."
            ),
            gettext_lazy(
                "Any later change of a value breaks the signature by itself, and the visit waits for you again."
            ),
        ),
        chapter="site/signing",
        undo=gettext_lazy(
            "A signature is never taken back. Correct the value: that breaks it. Then sign anew."
        ),
    ),
    Topic(
        "ranges",
        gettext_lazy("Laboratory ranges"),
        ("ranges",),
        (
            gettext_lazy(
                "Copy the normal ranges from your laboratory’s list, once, with the first day on which they hold."
            ),
            gettext_lazy(
                "Results are marked low or high by the range of the day of the sample. You need not mark them."
            ),
            gettext_lazy(
                "New list from the laboratory? Add its ranges with their first day; the old ones end by themselves."
            ),
        ),
        chapter="site/entering#laboratory-ranges",
        undo=gettext_lazy("Typed wrongly: withdraw the range, with a reason, and enter it again."),
    ),
    Topic(
        "grid",
        gettext_lazy("All patients, visits and forms"),
        ("grid",),
        (
            gettext_lazy("Every patient is a row. A cell says how far a visit is: click it to open it."),
            gettext_lazy("Narrow to a site or a state above, for instance only what is overdue."),
            gettext_lazy("Arrow keys walk through the cells; typing a number goes to that patient."),
            gettext_lazy("Choose the columns, print all on one page, or download it as CSV."),
        ),
        chapter="site/entering#find-what-is-left-to-do",
    ),
    Topic(
        "calendar",
        gettext_lazy("Calendar"),
        ("calendar", "calendar-day"),
        (
            gettext_lazy(
                "Who is expected when. Bars are windows of next visits: dashed where an appointment is made."
            ),
            gettext_lazy("Click a day to see it, to make an appointment, and to print worksheets for it."),
            gettext_lazy(
                "Month or week, all your sites or one. The address keeps the day, so it can be sent to a colleague."
            ),
        ),
        chapter="site/appointments",
        undo=gettext_lazy("An appointment can be moved or cancelled: click it."),
    ),
    Topic(
        "appointment",
        gettext_lazy("An appointment"),
        ("make-appointment", "appointment", "move-appointment"),
        (
            gettext_lazy("Choose the day; the strip shows the window. Outside of it you are asked why."),
            gettext_lazy("The time can be typed as you like: 9, 930, 9.30. It may stay empty."),
            gettext_lazy("No name, initials or telephone number in the note: monitors read it."),
            gettext_lazy(
                "Afterwards: opening the visit settles it. If nobody came, say missed or cancelled."
            ),
        ),
        chapter="site/appointments",
        undo=gettext_lazy("**Move or change…** chooses another day. Cancelled by mistake: make a new one."),
    ),
    Topic(
        "worksheets",
        gettext_lazy("Blank worksheets"),
        ("worksheets", "worksheet", "log-worksheet", "patient-worksheet"),
        (
            gettext_lazy(
                "Paper for the clinic: the questions of a visit, to be filled by hand and entered afterwards."
            ),
            gettext_lazy(
                "From a patient’s page or an appointment it has the number, the window and the last values on it."
            ),
            gettext_lazy("Print it with **Print**. Your browser’s preview shows the pages first."),
        ),
        chapter="site/paper",
    ),
    Topic(
        "print",
        gettext_lazy("Print"),
        (
            "print-casebook",
            "print-visit",
            "print-log",
            "print-delegation",
            "print-access",
            "print-review",
            "monitor:print-monitoring-text",
        ),
        (
            gettext_lazy(
                "The page as it goes on paper. Press **Print**; in the browser’s window choose the printer or PDF."
            ),
            gettext_lazy(
                "Every sheet says whose data it is, and of when. What is not complete or not signed says so."
            ),
            gettext_lazy("The trail is the record; a print shows only what stood there at that moment."),
        ),
        chapter="site/paper",
    ),
    Topic(
        "site-copies",
        gettext_lazy("Copies of the site"),
        ("site-copies", "casebook-files"),
        (
            gettext_lazy(
                "**Make the copy** asks for everything of the site as one file. It is made in the background."
            ),
            gettext_lazy("When it is ready, download it and keep it with the hospital’s trial records."),
            gettext_lazy("Open it there once, then confirm the receipt here."),
        ),
        chapter="site/paper#the-investigators-copy",
        undo=gettext_lazy("A file can be asked for again at any time."),
    ),
    Topic(
        "site-monitoring",
        gettext_lazy("Monitoring and letters"),
        ("site-monitoring", "site-letter"),
        (
            gettext_lazy("When the monitor comes next, and the letters after each visit."),
            gettext_lazy(
                "Read a letter, then confirm that you have read it. Who confirmed stands beside it."
            ),
            gettext_lazy("What the letter asks for is mostly also a query at the value."),
        ),
        chapter="site/queries#letters-of-the-monitor",
    ),
)
