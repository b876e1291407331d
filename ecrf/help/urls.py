"""The addresses of Help."""

from django.urls import path

from ecrf.help import views

urlpatterns = [
    path("help/", views.home, name="help"),
    path("help/first-day/", views.first_day, name="help-first-day"),
    path("help/page/<slug:key>/", views.page_help, name="help-page"),
    path("help/<slug:book>/manual.pdf", views.book_pdf, name="help-pdf"),
    path("help/<slug:book>/<slug:name>/", views.chapter_page, name="help-chapter"),
]
