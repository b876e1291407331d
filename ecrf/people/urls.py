"""The addresses of the administrator's pages, and of the lists of who had access."""

from django.urls import path

from ecrf.people.accounts import views as accounts
from ecrf.people.accounts import views_acts as acts
from ecrf.people.logins import views as logins
from ecrf.people.memberships import views as memberships
from ecrf.people.past import views as past
from ecrf.people.review import views as review
from ecrf.people.sites import views as sites

urlpatterns = [
    path("people/", accounts.people_page, name="people"),
    path("people/invite/", accounts.invite_page, name="invite"),
    path("people/<int:pk>/", accounts.person_page, name="person"),
    path("people/<int:pk>/correct/", acts.correct_page, name="correct-person"),
    path("people/<int:pk>/close/", acts.close_page, name="close-account"),
    path("people/<int:pk>/reopen/", acts.reopen_page, name="reopen-account"),
    path("people/<int:pk>/identity/", acts.identity_page, name="record-identity"),
    path("people/<int:pk>/second-factor/", acts.second_factor_page, name="take-second-factor"),
    path("people/<int:pk>/invitation/", acts.send_invitation, name="send-invitation"),
    path("people/<int:pk>/invitation/withdraw/", acts.withdraw_invitation, name="withdraw-invitation"),
    path("people/<int:pk>/unlock/", acts.unlock, name="unlock-account"),
    path("people/<int:pk>/end-sessions/", acts.end_sessions, name="end-sessions"),
    path("people/<int:pk>/roles/", memberships.give_role_page, name="give-role"),
    path("people/<int:pk>/roles/<int:role>/end/", memberships.end_role_page, name="end-role"),
    path("people/consent/<int:pk>/", memberships.consent, name="consent-administrator"),
    path("people/consent/<int:pk>/refuse/", memberships.refuse, name="refuse-administrator"),
    path("people/consent/<int:pk>/withdraw/", memberships.take_back_request, name="withdraw-administrator"),
    path("people/access/", past.access_page, name="access"),
    path("people/access/print/", past.print_access, name="print-access"),
    path("people/access/csv/", past.access_csv, name="access-csv"),
    path("people/roles/", past.matrix_page, name="role-matrix"),
    path("people/reviews/", review.reviews_page, name="access-reviews"),
    path("people/reviews/begin/", review.begin_review, name="begin-review"),
    path("people/reviews/<int:pk>/", review.review_page, name="access-review"),
    path("people/reviews/<int:pk>/confirm/", review.confirm_page, name="confirm-access"),
    path("people/reviews/<int:pk>/end/<int:role>/", review.end_page, name="end-access"),
    path("people/reviews/<int:pk>/finish/", review.finish_page, name="finish-review"),
    path("people/reviews/<int:pk>/print/", review.print_review, name="print-review"),
    path("people/logins/", logins.login_log_page, name="login-log"),
    path("people/unusual/", logins.unusual_page, name="unusual-access"),
    path("sites/", sites.sites_page, name="sites"),
    path("sites/add/", sites.add_site_page, name="add-site"),
    path("sites/<slug:code>/", sites.site_page, name="site"),
    path("sites/<slug:code>/correct/", sites.correct_site_page, name="correct-site"),
    path("sites/<slug:code>/activate/", sites.activate_site_page, name="activate-site"),
    path("sites/<slug:code>/close/", sites.close_site_page, name="close-site"),
    path("sites/<slug:code>/open/", sites.open_site_page, name="open-site"),
    path("sites/<slug:code>/delegation-log/", sites.delegation_log_page, name="keep-delegation-log"),
]
