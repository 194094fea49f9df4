"""Addresses of identity: signing in, acting as, delegation, sessions, directory, administration."""

from django.urls import path

from .views import account, admin, citizen, directory, second_factor, sign_in

urlpatterns = [
    path("login/", sign_in.choose, name="login"),
    path("login/official/", sign_in.official, name="official_login"),
    path("login/second-factor/", second_factor.second_factor_page, name="second_factor"),
    path("login/passkey/challenge/", second_factor.passkey_challenge, name="passkey_challenge"),
    path("login/passkey/answer/", second_factor.passkey_answer, name="passkey_answer"),
    path("citizen/login/", citizen.begin, name="citizen_login"),
    path("citizen/callback/", citizen.callback, name="citizen_callback"),
    path("citizen/level/", citizen.raise_level, name="raise_level"),
    path("logout/", sign_in.sign_out, name="logout"),
    path("account/", account.account, name="account"),
    path("account/as/", account.acting, name="acting"),
    path("account/posts/", account.acting, name="posts"),
    path("account/sessions/end/", account.end_session, name="end_session"),
    path("account/signing-key/", account.new_signing_key, name="new_signing_key"),
    path("account/password/", account.password, name="password"),
    path("account/totp/", second_factor.set_up_totp, name="set_up_totp"),
    path("account/factor/remove/", second_factor.remove, name="remove_factor"),
    path("account/passkey/new/", second_factor.passkey_new, name="passkey_new"),
    path("account/passkey/keep/", second_factor.passkey_keep, name="passkey_keep"),
    path("account/delegations/", account.delegation_list, name="delegations"),
    path("account/delegations/revoke/", account.revoke, name="revoke_delegation"),
    path("account/firms/", account.firms, name="firms"),
    path("directory/", directory.index, name="directory"),
    path("directory/<str:code>/", directory.unit, name="unit"),
    path("accounts/", admin.account_list, name="accounts"),
    path("accounts/new/", admin.account_new, name="account_new"),
    path("accounts/<uuid:account_id>/", admin.account_detail, name="account_detail"),
    path("accounts/<uuid:account_id>/state/", admin.account_state, name="account_state"),
    path("accounts/<uuid:account_id>/propose/", admin.post_propose, name="post_propose"),
    path("accounts/<uuid:account_id>/end/", admin.post_end, name="post_end"),
    path("grants/", admin.grants, name="grants"),
    path("audit/", admin.audit_log, name="audit"),
]
