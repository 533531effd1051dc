"""Every address of the tracker. Stable: scripts and people rely on them (docs/ARCHITECTURE.md)."""

from django.urls import path

from tracker.views import alerts, board, check_in, doses, episode, learn, leaving, me, review, site, stay

urlpatterns = [
    path("", site.home, name="home"),
    path("health/", site.health, name="health"),
    path("ward/", board.ward, name="ward"),
    path("ward/rows/", board.rows, name="ward_rows"),
    path("ward/screen/", board.screen, name="screen"),
    path("ward/round/", board.round_, name="round"),
    path("alerts/", alerts.every, name="alerts"),
    path("alerts/rules/", alerts.rules, name="alert_rules"),
    path("alerts/<uuid:pk>/", alerts.one, name="alert"),
    path("alerts/<uuid:pk>/acknowledge/", alerts.acknowledge, name="acknowledge"),
    path("alerts/<uuid:pk>/not-useful/", alerts.not_useful, name="not_useful"),
    path("patients/new/", stay.admit, name="admit"),
    path("episodes/<uuid:pk>/", episode.episode, name="episode"),
    path("episodes/<uuid:pk>/trend.json", episode.trend_json, name="trend_json"),
    path("episodes/<uuid:pk>/edit/", stay.change, name="change_stay"),
    path("episodes/<uuid:pk>/end/", leaving.end, name="end_stay"),
    path("episodes/<uuid:pk>/away/", leaving.away, name="away"),
    path("episodes/<uuid:pk>/back/", leaving.back, name="back"),
    path("episodes/<uuid:pk>/leaving-sheet/", leaving.sheet, name="leaving_sheet"),
    path("episodes/<uuid:pk>/review/", review.review, name="review"),
    path("episodes/<uuid:pk>/doses/new/", doses.new, name="new_dose"),
    path("doses/<uuid:pk>/", doses.one, name="dose"),
    path("doses/<uuid:pk>/correct/", doses.correct, name="correct_dose"),
    path("episodes/<uuid:pk>/account/", stay.account, name="give_account"),
    path("episodes/<uuid:pk>/check-in/<slug:slug>/", check_in.check_in, name="staff_check_in"),
    path("episodes/<uuid:pk>/check-in/<slug:slug>/draft/", check_in.draft, name="staff_draft"),
    path("check-ins/<uuid:pk>/", check_in.one, name="check_in"),
    path("check-ins/<uuid:pk>/correct/", check_in.correct, name="correct"),
    path("me/", me.me, name="me"),
    path("me/trend/", me.my_trend, name="my_trend"),
    path("me/help/", me.help_now, name="help_now"),
    path("me/check-in/<slug:slug>/", me.check_in, name="me_check_in"),
    path("me/check-in/<slug:slug>/draft/", me.draft, name="me_draft"),
    path("learn/", learn.learn, name="learn"),
    path("learn/<slug:slug>/", learn.article, name="article"),
]
