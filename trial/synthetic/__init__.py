"""The synthetic study: invented patients who reproduce the publication's numbers (protocol section 6).

Tables: `patients.py` who they are, `past.py` what they had before, `events.py` and `deviations.py` what happened,
`results.py` the laboratory's discrepancies, `exceptions.py` what is unlikely, wrong or not there. `course.py` is the
year between; `casebook.py` puts the forms together, which the modules of each topic fill as a site would type them.
`practice.py` is the practice site, `accounts.py` and `loading.py` are the way in.
"""
