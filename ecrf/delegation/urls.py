"""The addresses of the delegation log, of training, and of what inspectors read."""

from django.urls import path

from ecrf.delegation import page_reads
from ecrf.delegation.log import views as log
from ecrf.delegation.training import document_views as documents
from ecrf.delegation.training import views as training

LOG = "sites/<slug:code>/delegation/"
DOCUMENT = "training/documents/<int:pk>/"

urlpatterns = [
    path(LOG, log.delegation, name="delegation"),
    path(f"{LOG}print/", log.printed, name="print-delegation"),
    path(f"{LOG}begin/", log.keep_log_here, name="keep-delegation-log"),
    path(f"{LOG}<int:pk>/end/", log.end_delegation, name="end-delegation"),
    path("training/", training.training, name="training"),
    path("training/documents/", documents.documents, name="training-documents"),
    path("training/documents/publish/", documents.publish_document, name="publish-training"),
    path(DOCUMENT, documents.document, name="training-document"),
    path(f"{DOCUMENT}withdraw/", documents.withdraw_document, name="withdraw-training"),
    path(f"{DOCUMENT}people.csv", documents.people_csv, name="training-people-csv"),
    path("training/read/<int:pk>/", training.read, name="read-training"),
    path("inspectors/", page_reads.pages_read, name="pages-read"),
    path("inspectors/pages.csv", page_reads.pages_read_csv, name="pages-read-csv"),
]
