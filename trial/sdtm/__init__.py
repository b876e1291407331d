"""How the forms of this trial become SDTM: one module for each group of domains."""
