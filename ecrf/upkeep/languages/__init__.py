"""The catalogues of translations: what is marked is written into them, and they are compiled (docs/languages.md)."""
