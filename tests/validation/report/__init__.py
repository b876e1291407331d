"""What a report of a validation says, as data and as words; and the bill of materials."""
