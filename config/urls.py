"""Every address."""

from allauth.account import views as sign_in
from django.urls import include, path
from django.views.decorators.http import require_http_methods

page = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("", include("tracker.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/login/", page(sign_in.login), name="account_login"),
    path("accounts/logout/", page(sign_in.logout), name="account_logout"),
    path("accounts/password/change/", page(sign_in.password_change), name="account_change_password"),
    path("accounts/reauthenticate/", page(sign_in.reauthenticate), name="account_reauthenticate"),
]

handler400 = "tracker.views.errors.bad_request"
handler403 = "tracker.views.errors.forbidden"
handler404 = "tracker.views.errors.not_found"
handler429 = "tracker.views.errors.too_many"  # asked for by the sign-in library
handler500 = "tracker.views.errors.broken"
