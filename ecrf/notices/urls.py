"""The addresses of what people are told of."""

from django.urls import path

from ecrf.notices import views

urlpatterns = [
    path("account/mail/", views.mail_choices, name="mail-choices"),
    path("serious-events/", views.serious, name="serious-events"),
    path("serious-events/<int:pk>/", views.serious_event, name="serious-event"),
    path("serious-events/<int:pk>/seen/", views.confirm_serious_event, name="confirm-serious-event"),
    path("sites/<slug:code>/monitoring/", views.site_monitoring, name="site-monitoring"),
    path("sites/<slug:code>/monitoring/<int:pk>/", views.site_letter, name="site-letter"),
    path("sites/<slug:code>/monitoring/<int:pk>/read/", views.confirm_letter, name="confirm-letter"),
]
