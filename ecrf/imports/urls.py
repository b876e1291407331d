"""The addresses of what comes in by files."""

from django.urls import path

from ecrf.imports.models import ImportPurpose
from ecrf.imports.pages import batch, mapping, views

urlpatterns = [
    path("imports/", views.overview, name="imports"),
    path("imports/new/", views.new_import, {"purpose": ImportPurpose.IMPORT.value}, name="new-import"),
    path(
        "imports/compare/",
        views.new_import,
        {"purpose": ImportPurpose.COMPARISON.value},
        name="new-comparison",
    ),
    path("imports/templates/<slug:key>/", views.template, name="import-template"),
    path("imports/<uuid:key>/", batch.batch_page, name="import"),
    path("imports/<uuid:key>/import/", batch.order_import, name="order-import"),
    path("imports/<uuid:key>/look/", batch.look_again_at, name="look-again-at-import"),
    path("imports/<uuid:key>/aside/", batch.put_import_aside, name="put-import-aside"),
    path("imports/<uuid:key>/mapping/", mapping.mapping, name="import-mapping"),
    path("imports/<uuid:key>/verify/", batch.verify_compared, name="verify-compared"),
    path("imports/<uuid:key>/rows/", batch.rows_csv, name="import-rows-csv"),
    path("imports/<uuid:key>/file/", batch.original, name="import-file"),
]
