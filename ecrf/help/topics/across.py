"""Help of the pages on what comes in as a file, and on what is looked at across patients."""

from ecrf.help.topics.topic import Topic

TOPICS = (
    Topic(
        "source-copies",
        "Source copies",
        ("patient-files", "add-patient-file", "file", "new-file-version"),
        (
            "A source copy is a picture of what a value was taken from. The monitor sees it beside the item.",
            "Choose a PDF, PNG, JPEG or TIFF file. It is opened in your browser, and not sent as it is.",
            "Black out names, dates of birth and record numbers on every page. Only the blacked out pages are sent.",
            "A better copy is added as a new version. The one before stays.",
        ),
        chapter="site/source-copies#for-coordinators-and-investigators",
        undo="A name can still be read: strike the copy out with a reason, then tell the data manager.",
    ),
    Topic(
        "documents",
        "Documents",
        ("documents", "add-document", "site-documents", "add-site-document"),
        (
            "The protocol, manuals and laboratory certificates, with the days until which they are valid.",
            "Read what waits for you, then confirm it: the page of the document keeps who has read which version.",
            "A new version is to be confirmed anew.",
        ),
        chapter="site/source-copies#for-data-managers",
    ),
    Topic(
        "imports",
        "Imports",
        ("imports", "new-import", "import", "import-mapping", "order-import"),
        (
            "Bring values in from a file. First each row says what it would do; nothing is imported yet.",
            "New, changed, the same, or refused and why. What breaks or falls with it stands at the row.",
            "Then all rows or none, with one reason. The same file twice changes nothing.",
            "From a spreadsheet, save the file as “CSV UTF-8”. An empty file for each form is on the first page.",
        ),
        chapter="data-manager/imports#values-of-one-form",
        undo="Imported wrongly: correct the values where they stand. The trail names the file they came from.",
    ),
    Topic(
        "comparison",
        "Compare a laboratory’s file",
        ("new-comparison",),
        (
            "The file is laid beside what the site transcribed. Nothing of it is imported.",
            "The list shows what is equal, what differs and what is not there, with the way to each item.",
            "Who verifies at the site may verify all that is equal, after typing back how many values that are.",
        ),
        chapter="data-manager/imports#a-laboratorys-file-beside-what-the-site-transcribed",
    ),
    Topic(
        "listings",
        "Listings",
        ("listings", "listing", "choose-listing", "ready-listing", "saved-listing"),
        (
            "Items of any forms side by side, across the patients that you may read.",
            "Choose the columns, narrow and sort; keep it under a name, or share it with a role.",
            "Tick rows to ask one query each, or to mark them as reviewed. A mark falls when the data change.",
            "Where several forms fit one row, all stand in its cell: no row is ever counted twice.",
        ),
        chapter="data-manager/listings#make-one",
        undo="Queries that were asked by mistake are closed with a word why. A mark can be taken back.",
    ),
)
