"""Help of the pages on what comes in as a file, and on what is looked at across patients."""

from django.utils.translation import gettext_lazy

from ecrf.help.topics.topic import Topic

TOPICS = (
    Topic(
        "source-copies",
        gettext_lazy("Source copies"),
        ("patient-files", "add-patient-file", "file", "new-file-version"),
        (
            gettext_lazy(
                "A source copy is a picture of what a value was taken from. The monitor sees it beside the item."
            ),
            gettext_lazy(
                "Choose a PDF, PNG, JPEG or TIFF file. It is opened in your browser, and not sent as it is."
            ),
            gettext_lazy(
                "Black out names, dates of birth and record numbers on every page. Only the blacked out pages are sent."
            ),
            gettext_lazy("A better copy is added as a new version. The one before stays."),
        ),
        chapter="site/source-copies#for-coordinators-and-investigators",
        undo=gettext_lazy(
            "A name can still be read: strike the copy out with a reason, then tell the data manager."
        ),
    ),
    Topic(
        "documents",
        gettext_lazy("Documents"),
        ("documents", "add-document", "site-documents", "add-site-document"),
        (
            gettext_lazy(
                "The protocol, manuals and laboratory certificates, with the days until which they are valid."
            ),
            gettext_lazy(
                "Read what waits for you, then confirm it: the page of the document keeps who has read which version."
            ),
            gettext_lazy("A new version is to be confirmed anew."),
        ),
        chapter="site/source-copies#for-data-managers",
    ),
    Topic(
        "imports",
        gettext_lazy("Imports"),
        ("imports", "new-import", "import", "import-mapping", "order-import"),
        (
            gettext_lazy(
                "Bring values in from a file. First each row says what it would do; nothing is imported yet."
            ),
            gettext_lazy(
                "New, changed, the same, or refused and why. What breaks or falls with it stands at the row."
            ),
            gettext_lazy("Then all rows or none, with one reason. The same file twice changes nothing."),
            gettext_lazy(
                "From a spreadsheet, save the file as “CSV UTF-8”. An empty file for each form is on the first page."
            ),
        ),
        chapter="data-manager/imports#values-of-one-form",
        undo=gettext_lazy(
            "Imported wrongly: correct the values where they stand. The trail names the file they came from."
        ),
    ),
    Topic(
        "comparison",
        gettext_lazy("Compare a laboratory’s file"),
        ("new-comparison",),
        (
            gettext_lazy("The file is laid beside what the site transcribed. Nothing of it is imported."),
            gettext_lazy(
                "The list shows what is equal, what differs and what is not there, with the way to each item."
            ),
            gettext_lazy(
                "Who verifies at the site may verify all that is equal, after typing back how many values that are."
            ),
        ),
        chapter="data-manager/imports#a-laboratorys-file-beside-what-the-site-transcribed",
    ),
    Topic(
        "listings",
        gettext_lazy("Listings"),
        ("listings", "listing", "choose-listing", "ready-listing", "saved-listing"),
        (
            gettext_lazy("Items of any forms side by side, across the patients that you may read."),
            gettext_lazy(
                "Choose the columns, narrow and sort; keep it under a name, or share it with a role."
            ),
            gettext_lazy(
                "Tick rows to ask one query each, or to mark them as reviewed. A mark falls when the data change."
            ),
            gettext_lazy(
                "Where several forms fit one row, all stand in its cell: no row is ever counted twice."
            ),
        ),
        chapter="data-manager/listings#make-one",
        undo=gettext_lazy(
            "Queries that were asked by mistake are closed with a word why. A mark can be taken back."
        ),
    ),
)
