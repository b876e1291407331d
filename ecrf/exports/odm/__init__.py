"""ODM-XML 1.3.2: the study's definitions, its people and its data, written from the audit trail alone."""
