# Reads the CSV files of this package with their types, labels and code lists; needs nothing but R.
#
# From the folder that holds csv and codebook:
#   source("readers/read.R")
#   study <- read_study()                    all tables, by name
#   signs <- read_table("vital_signs")       one of them
#   attr(signs$weight_kg, "label")           what a column is; "unit" and "codes" stand beside it
#
# Numbers are numbers, days are Dates, moments are POSIXct in UTC, codes are factors with the labels of their code list
# (labels = FALSE leaves the codes), what is missing is NA. A text that begins with an apostrophe has it taken off: it
# was put there for spreadsheets.

read_cells <- function(file, columns) {
  if (length(readLines(file, n = 2, warn = FALSE)) < 2) {
    return(data.frame(matrix(character(0), 0, length(columns), dimnames = list(NULL, columns)), check.names = FALSE))
  }
  # As bytes of UTF-8: R would otherwise write the texts anew in the language of this machine. The first line begins
  # with the mark of UTF-8, and is passed over.
  read.csv(file, header = FALSE, skip = 1, col.names = columns, colClasses = "character", check.names = FALSE,
           na.strings = character(0), encoding = "UTF-8", quote = "\"", comment.char = "", strip.white = FALSE)
}

unguarded <- function(text) {
  guarded <- !is.na(text) & startsWith(text, "'")
  text[guarded] <- substring(text[guarded], 2)
  text
}

read_codebook <- function(folder = ".", file = "codebook.csv") {
  path <- file.path(folder, "codebook", file)
  head <- gsub("[^a-z_,]", "", readLines(path, n = 1, warn = FALSE), useBytes = TRUE)
  cells <- read_cells(path, strsplit(head, ",")[[1]])
  cells[] <- lapply(cells, unguarded)
  cells
}

read_column <- function(text, column, codes, labels) {
  text[text == ""] <- NA
  value <- switch(column$type,
    whole = if (all(abs(as.numeric(text)) < 2^31, na.rm = TRUE)) as.integer(text) else as.numeric(text),
    decimal = as.numeric(text),
    day = as.Date(text, format = "%Y-%m-%d"),
    moment = as.POSIXct(text, format = "%Y-%m-%dT%H:%M:%OSZ", tz = "UTC"),
    unguarded(text)
  )
  if (column$type == "code" && labels && nrow(codes) > 0) {
    # What is not in the list keeps its code, and two codes of one label stay apart.
    others <- setdiff(value[!is.na(value)], codes$code)
    value <- factor(value, levels = c(codes$code, others), labels = make.unique(c(codes$label, others)))
  }
  attr(value, "label") <- column$label
  if (column$unit != "") attr(value, "unit") <- column$unit
  if (nrow(codes) > 0) attr(value, "codes") <- stats::setNames(codes$code, codes$label)
  value
}

read_table <- function(table, folder = ".", labels = TRUE,
                       codebook = read_codebook(folder), codes = read_codebook(folder, "codes.csv")) {
  columns <- codebook[codebook$table == table, ]
  cells <- read_cells(file.path(folder, "csv", paste0(table, ".csv")), columns$column)
  for (n in seq_along(cells)) {
    of_column <- codes[codes$table == table & codes$column == columns$column[n], ]
    cells[[n]] <- read_column(cells[[n]], columns[n, ], of_column, labels)
  }
  cells
}

read_study <- function(folder = ".", labels = TRUE) {
  codebook <- read_codebook(folder)
  codes <- read_codebook(folder, "codes.csv")
  tables <- unique(codebook$table)
  stats::setNames(lapply(tables, read_table, folder, labels, codebook, codes), tables)
}
