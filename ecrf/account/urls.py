"""The addresses of the login, of links that come by mail, and of one's own page."""

from django.urls import path

from ecrf.account.arriving import views as arriving
from ecrf.account.arriving.steps import welcome
from ecrf.account.keys import own_keys
from ecrf.account.language import choose_language, own_language
from ecrf.account.login import log_in_again, log_out, login_page
from ecrf.account.own import views as own
from ecrf.account.second import login_views
from ecrf.account.second import views as second

urlpatterns = [
    path("login/", login_page, name="login"),
    path("login/again/", log_in_again, name="log-in-again"),
    path("login/second-factor/", login_views.second_factor, name="second-factor"),
    path("login/passkey/", login_views.passkey_login, name="passkey-login"),
    path("login/forgotten/", arriving.forgotten, name="forgotten-password"),
    path("language/", choose_language, name="choose-language"),
    path("logout/", log_out, name="logout"),
    # Named as the kinds of links are (models.LinkKind).
    path("invitation/<str:token>/", arriving.invitation, name="invitation"),
    path("reset/<str:token>/", arriving.reset, name="reset"),
    path("new-address/<str:token>/", arriving.new_address, name="new-address"),
    path("account/", own.account, name="account"),
    path("account/welcome/", welcome, name="welcome"),
    path("account/password/", own.password, name="change-password"),
    path("account/language/", own_language, name="own-language"),
    path("account/keys/", own_keys, name="own-keys"),
    path("account/address/", own.address, name="change-address"),
    path("account/sessions/end/", own.end_session, name="end-session"),
    path("account/session/", own.session, name="session"),
    path("account/second-factor/", second.setup, name="second-factor-setup"),
    path("account/authenticator/", second.add_authenticator, name="add-authenticator"),
    path("account/authenticator/remove/", second.remove_authenticator, name="remove-authenticator"),
    path("account/passkeys/add/", second.add_passkey, name="add-passkey"),
    path("account/passkeys/<int:pk>/remove/", second.remove_passkey, name="remove-passkey"),
    path("account/recovery-codes/", second.codes, name="recovery-codes"),
    path("account/recovery-codes/kept/", second.codes_kept, name="recovery-codes-kept"),
]
