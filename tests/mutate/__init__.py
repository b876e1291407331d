"""Mutation testing: changes the code in one place after another and sees whether a test fails.

`make mutate` runs it over the changed files. Why our own: mutmut 3 leaves decorated functions and module-level
constants alone, which here are the hooks, the checks and the limits; cosmic-ray starts Python, Django and a database
for every mutant, some eighty of them in ten minutes. Here Django starts once for each of the two protocols, each
mutant is a fork of that process, and only the tests that run its line are run.
"""
