"""The engine of the electronic case report form: it carries any trial that comes as a `trial/` folder."""
