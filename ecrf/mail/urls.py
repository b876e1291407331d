"""The addresses of the administrator's page of mails and of the demo's mailbox."""

from django.urls import path

from ecrf.mail import views

urlpatterns = [
    path("mails/", views.mails, name="mails"),
    path("mails/<int:pk>/again/", views.again, name="send-mail-again"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<int:pk>/", views.mailbox_message, name="mailbox-message"),
    path("mailbox/<int:pk>/html/", views.mailbox_html, name="mailbox-html"),
]
