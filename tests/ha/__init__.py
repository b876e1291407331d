"""Several machines, as network namespaces: they die, lose one another, and no acknowledged save is lost."""
