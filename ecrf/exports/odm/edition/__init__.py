"""The forms and the schedule as plain data, kept with a data cut, so that its ODM files are written again by them."""
