"""The addresses of what leaves the product."""

from django.urls import path

from ecrf.exports import site_views, views
from ecrf.exports.handed_over import views as handed_over

urlpatterns = [
    path("exports/", views.overview, name="exports"),
    path("exports/new/", views.new_cut, name="new-cut"),
    path("exports/compare/", views.compare_cuts, name="compare-cuts"),
    path("exports/compare/csv/", views.comparison_file, name="comparison-file"),
    path("exports/cuts/<str:name>/again/", views.make_again, name="make-cut-again"),
    path("exports/annotated-crf/", site_views.make_annotated_crf, name="annotated-crf"),
    path("exports/<uuid:key>/", views.export_page, name="export"),
    path("exports/<uuid:key>/cancel/", views.cancel_export, name="cancel-export"),
    path("exports/<uuid:key>/download/", views.download, name="download-export"),
    path("exports/<uuid:key>/receipt/", site_views.receipt, name="confirm-receipt"),
    path("moved/", handed_over.moved_patients, name="moved-patients"),
    path("moved/<uuid:key>/make/", handed_over.make_anew, name="make-handed-over"),
    path("sites/<slug:code>/copies/", site_views.site_copies, name="site-copies"),
    path("sites/<slug:code>/copies/make/", site_views.make_copy, name="make-site-copy"),
    path("patients/<str:number>/casebook-file/", site_views.casebook_files, name="casebook-files"),
]
