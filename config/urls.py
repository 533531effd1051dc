"""Every address."""

from allauth.account import views as sign_in
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from django.urls import include, path
from django.views.decorators.http import require_http_methods

from accounts.views import passkeys

page = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("", include("tracker.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/reauthenticate/", page(sign_in.reauthenticate), name="account_reauthenticate"),
    path("accounts/second-factor/", page(factor.index), name="mfa_index"),
    path("accounts/second-factor/code/", page(factor.authenticate), name="mfa_authenticate"),
    path("accounts/second-factor/confirm/", page(factor.reauthenticate), name="mfa_reauthenticate"),
    path("accounts/second-factor/set-up/", page(app.activate_totp), name="mfa_activate_totp"),
    path("accounts/second-factor/take-away/", page(app.deactivate_totp), name="mfa_deactivate_totp"),
    path("accounts/second-factor/passkeys/new/", passkeys.add, name="mfa_add_webauthn"),
    path("accounts/second-factor/passkeys/<int:pk>/remove/", passkeys.remove, name="mfa_remove_webauthn"),
    path("accounts/second-factor/recovery-codes/", page(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("accounts/second-factor/recovery-codes/new/", page(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
]

handler400 = "tracker.views.errors.bad_request"
handler403 = "tracker.views.errors.forbidden"
handler404 = "tracker.views.errors.not_found"
handler429 = "tracker.views.errors.too_many"  # asked for by the sign-in library
handler500 = "tracker.views.errors.broken"
