"""The site's pages: today, the patient, the visit."""
