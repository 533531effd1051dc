"""The addresses of accounts. The library's own pages stand in config/urls.py."""

from django.urls import path

from accounts.views import devices, lock, people, sign_in, site, you

urlpatterns = [
    path("login/", sign_in.login, name="account_login"),
    path("logout/", sign_in.logout, name="account_logout"),
    path("password/change/", sign_in.change_password, name="account_change_password"),
    path("lock/", lock.lock, name="lock"),
    path("you/", you.you, name="you"),
    path("pin/", you.choose_pin, name="choose_pin"),
    path("devices/", devices.devices, name="devices"),
    path("devices/<uuid:pk>/revoke/", devices.revoke, name="revoke_device"),
    path("people/", people.people, name="people"),
    path("people/new/", people.person, name="new_person"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/sessions/", people.end_sessions, name="end_sessions"),
    path("people/<int:pk>/second-factor/", people.reset_factor, name="reset_factor"),
    path("wards/new/", people.ward, name="new_ward"),
    path("wards/<int:pk>/", people.ward, name="edit_ward"),
    path("site/", site.site, name="site"),
]
