"""The engine of the electronic case report form: it carries any trial that comes as a `trial/` folder."""

__version__ = "0.1.0"
"""The one place where the version is said beside pyproject.toml, which a container image does not carry."""
