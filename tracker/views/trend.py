"""One stay: the trend, and the numbers its chart is drawn from."""

from uuid import UUID, uuid4

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import SignedIn
from accounts.roles import Can
from tracker import access
from tracker.content import library
from tracker.reads.heat_map import heat_map, source_for
from tracker.reads.recommended_articles import beside
from tracker.reads.trend import trend
from tracker.views.check_ins import others
from tracker.views.entering import say_what_was_saved
from tracker.words import times


@require_safe
def episode(request: SignedIn, pk: UUID) -> HttpResponse:
    """The trend of one stay, what it says in words, and what to read beside it."""
    stay = access.open_record(request.user, pk, "trend")
    say_what_was_saved(request, timezone.now())
    found = trend(stay, timezone.now(), request.GET.get("view", ""))
    source = source_for(request.GET.get("heat", ""), found)
    views = [("24", _("First 24 h")), ("72", _("First 72 h")), ("week", _("Week")), ("all", _("All"))]
    context = {
        "trend": found,
        "episode": stay,
        "history": found.history,
        "hours": found.where.hours,
        "zone": stay.ward.tz,
        "now": found.now,
        "views": views,
        "heat": heat_map(found, source),
        "heat_source": source,
        "picks": beside(found.history, found.where, found.now, "staff", 4, alerts=[one.alert for one in found.alerts.open]),
        "given": access.handouts(stay),
        "alerts": found.alerts,
        "may_review": request.user.can(Can.REVIEW),
        "new_id": uuid4(),
        "drafts": [(one, library().instrument(one.instrument).name) for one in access.drafts(stay)],
        "others": others("cows"),
        "chart": found.as_json(),
        "due_words": times.due(found.due.late_by, found.due.late),
        "every_words": _("every %(span)s") % {"span": times.span(found.due.every)},
    }
    return render(request, "tracker/episode.html", context)


@require_safe
def trend_json(request: SignedIn, pk: UUID) -> HttpResponse:
    """The chart's numbers, for a page that is already open."""
    stay = access.open_record(request.user, pk, "trend data")
    return JsonResponse(trend(stay, timezone.now(), request.GET.get("view", ""), in_words=False).as_json())
