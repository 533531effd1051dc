"""The administrator's addresses. Sign-in and its kin stand in config/urls.py."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/new/", views.person, name="new_person"),
    path("people/<int:pk>/", views.person, name="person"),
    path("wards/new/", views.ward, name="new_ward"),
    path("wards/<int:pk>/", views.ward, name="edit_ward"),
]
