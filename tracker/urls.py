"""Every address of the tracker. Stable: scripts and people rely on them (docs/ARCHITECTURE.md)."""

from django.urls import path

from tracker.views import board, check_in, episode, learn, me, site, stay

urlpatterns = [
    path("", site.home, name="home"),
    path("health/", site.health, name="health"),
    path("ward/", board.ward, name="ward"),
    path("patients/new/", stay.admit, name="admit"),
    path("episodes/<uuid:pk>/", episode.episode, name="episode"),
    path("episodes/<uuid:pk>/trend.json", episode.trend_json, name="trend_json"),
    path("episodes/<uuid:pk>/edit/", stay.change, name="change_stay"),
    path("episodes/<uuid:pk>/end/", stay.end, name="end_stay"),
    path("episodes/<uuid:pk>/account/", stay.account, name="give_account"),
    path("episodes/<uuid:pk>/check-in/<slug:slug>/", check_in.check_in, name="staff_check_in"),
    path("episodes/<uuid:pk>/check-in/<slug:slug>/draft/", check_in.draft, name="staff_draft"),
    path("check-ins/<uuid:pk>/", check_in.one, name="check_in"),
    path("check-ins/<uuid:pk>/correct/", check_in.correct, name="correct"),
    path("me/", me.me, name="me"),
    path("me/trend/", me.my_trend, name="my_trend"),
    path("me/check-in/<slug:slug>/", me.check_in, name="me_check_in"),
    path("me/check-in/<slug:slug>/draft/", me.draft, name="me_draft"),
    path("learn/", learn.learn, name="learn"),
    path("learn/<slug:slug>/", learn.article, name="article"),
]
