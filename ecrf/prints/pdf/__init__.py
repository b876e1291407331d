"""PDF files, set by Typst: a patient's casebook for files and inspections, and the annotated forms of the trial."""
