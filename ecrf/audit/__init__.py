"""The audit trail: who changed what, when and why, written by the database and chained per patient."""
