"""The manuals: chapters in Markdown, a folder for each language and book, shown as pages and set as PDF."""
