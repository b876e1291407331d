"""The casebook's table of contents: one module, one case report form."""
