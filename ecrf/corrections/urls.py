"""The addresses of what puts mistakes right: striking out, moving, handing a patient over."""

from django.urls import path

from ecrf.corrections.moving import views as moving
from ecrf.corrections.striking import views as striking
from ecrf.corrections.transfer import views as transfer

urlpatterns = [
    path("patients/struck/", striking.struck_patients, name="struck-patients"),
    path("patients/<str:number>/strike/", striking.strike_patient_page, name="strike-patient"),
    path("patients/<str:number>/restore/", striking.restore_patient_page, name="restore-patient"),
    path("patients/<str:number>/struck/<int:pk>/", striking.struck_visit, name="struck-visit"),
    path("patients/<str:number>/struck/<int:pk>/restore/", striking.restore_visit_page, name="restore-visit"),
    path("patients/<str:number>/struck/form/<int:pk>/", striking.struck_form, name="struck-form"),
    path(
        "patients/<str:number>/struck/form/<int:pk>/restore/", striking.restore_form_page, name="restore-form"
    ),
    path("patients/<str:number>/<str:code>/strike/", striking.strike_visit_page, name="strike-visit"),
    path("patients/<str:number>/transfer/", transfer.transfer_patient, name="transfer-patient"),
    path("patients/<str:number>/<str:segment>/move/", moving.choose, name="move"),
    path("patients/<str:number>/<str:segment>/move/look/", moving.look, name="move-look"),
]
