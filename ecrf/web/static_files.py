"""How static files are served: hashed, compressed, and imported by their hashed names."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed and compressed files; imports between our ES modules are hashed too."""

    support_js_module_import_aggregation = True
