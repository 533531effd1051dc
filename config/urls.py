"""Every address."""

from allauth.account import views as sign_in
from django.urls import include, path

urlpatterns = [
    path("", include("tracker.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/login/", sign_in.login, name="account_login"),
    path("accounts/logout/", sign_in.logout, name="account_logout"),
    path("accounts/password/change/", sign_in.password_change, name="account_change_password"),
    path("accounts/reauthenticate/", sign_in.reauthenticate, name="account_reauthenticate"),
]

handler400 = "tracker.views.errors.bad_request"
handler403 = "tracker.views.errors.forbidden"
handler404 = "tracker.views.errors.not_found"
handler500 = "tracker.views.errors.broken"
