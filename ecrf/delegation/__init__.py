"""The site's delegation log, training, and the pages that inspectors read."""
