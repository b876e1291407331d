"""What the study is: its units, events, forms, items, answers, conditions and methods."""
