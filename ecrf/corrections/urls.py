"""The addresses of what puts mistakes right: striking out, moving, handing a patient over."""

from django.urls import path

from ecrf.corrections.transfer import views as transfer

urlpatterns = [
    path("patients/<str:number>/transfer/", transfer.transfer_patient, name="transfer-patient"),
]
