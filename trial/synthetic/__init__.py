"""The synthetic study: invented patients who reproduce the publication's numbers (protocol section 6).

`patients.py` and `events.py` are its tables, `course.py` the year between, `casebook.py` the forms as a site
would type them, `practice.py` the practice site's patients, `accounts.py` and `loading.py` the way in.
"""
