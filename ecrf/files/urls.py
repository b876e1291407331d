"""The addresses of files. A patient's number holds no personal data, and nor does the number of a file."""

from django.urls import path

from ecrf.files.pages import copies, documents, file

urlpatterns = [
    path("patients/<str:number>/files/", copies.patient_files, name="patient-files"),
    path("patients/<str:number>/files/add/", copies.add_patient_file, name="add-patient-file"),
    path("files/<int:pk>/", file.file_page, name="file"),
    path("files/<int:pk>/version/", file.new_version, name="new-file-version"),
    path("files/<int:pk>/strike/", file.strike, name="strike-file"),
    path("files/<int:pk>/restore/", file.restore, name="restore-file"),
    path("files/version/<int:pk>/", file.download_file, name="download-file"),
    path("files/version/<int:pk>/page/<int:number>/", file.file_picture, name="file-picture"),
    path("files/version/<int:pk>/read/", file.confirm, name="confirm-file"),
    path("documents/", documents.study_documents, name="documents"),
    path("documents/add/", documents.add_study_document, name="add-document"),
    path("sites/<slug:code>/documents/", documents.site_documents, name="site-documents"),
    path("sites/<slug:code>/documents/add/", documents.add_site_document, name="add-site-document"),
]
