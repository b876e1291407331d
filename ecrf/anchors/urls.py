"""The addresses of the state of the audit trail."""

from django.urls import path

from ecrf.anchors import views

urlpatterns = [
    path("audit-trail/", views.audit_state, name="audit-state"),
    path("audit-trail/anchors/<int:number>/", views.anchor_file, name="audit-anchor"),
]
