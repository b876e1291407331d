"""The drill: the way back, gone to the end on a copy, timed, looked at and put on a signed sheet."""
