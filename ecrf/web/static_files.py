"""How static files are served: hashed, compressed, and imported by their hashed names."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed and compressed files; imports between our ES modules are hashed too."""

    support_js_module_import_aggregation = True

    def __init__(self, *args: Any, **options: Any) -> None:
        """The list of all files lies beside the folder that is served, not in it."""
        beside = FileSystemStorage(location=Path(settings.STATIC_ROOT).parent)
        super().__init__(*args, manifest_storage=beside, **options)
        self._urls: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """Worked out once for each file: a page names a dozen, and they keep their names while the process runs."""
        if force or name not in self._urls:
            self._urls[name] = super().url(name, force)
        return self._urls[name]
