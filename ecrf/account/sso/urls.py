"""The addresses of single sign-on. The provider knows the callback, the login page and the back channel."""

from django.urls import path

from ecrf.account.sso import logout, views

urlpatterns = [
    path("login/sso/", views.log_in, name="sso-log-in"),
    path("login/sso/callback/", views.callback, name="sso-callback"),
    path("login/sso/back-channel/", logout.back_channel, name="sso-back-channel"),
    path("login/sso/confirm/", views.confirm, name="sso-confirm"),
    path("login/sso/invitation/<str:token>/", views.accept_invitation, name="sso-accept"),
    path("account/single-sign-on/", views.own, name="sso-own"),
    path("account/single-sign-on/of/<int:pk>/", views.unlink_page, name="sso-unlink"),
]
