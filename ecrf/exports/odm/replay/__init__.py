"""The trail of one patient, replayed: what each event did, and how everything stands after the last one."""
