"""The library, readable without signing in where the site wants it so."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import site_of
from accounts.models import User
from accounts.roles import Can
from clinical.articles import Audience, shelves
from tracker.content import library

Page = Callable[..., HttpResponse]


def public_where_the_site_is(view: Page) -> Page:
    """Open to anybody while the site's library is public; else only to whoever is signed in."""

    @wraps(view)
    def opened(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if not request.user.is_authenticated and not site_of(request).library_is_public:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return login_not_required(opened)


@public_where_the_site_is
@require_safe
def learn(request: HttpRequest) -> HttpResponse:
    """Every article, grouped by what people ask; or those that answer a question, best first."""
    asked = request.GET.get("q", "").strip()
    found = library().index.search(asked, _reader(request)) if asked else []
    context = {"shelves": shelves(library().articles.values()), "asked": asked, "found": found}
    return render(request, "tracker/learn.html", context)


@public_where_the_site_is
@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """One article, its sources, and what to read next."""
    articles = library().articles
    found = articles.get(slug)
    if found is None:
        raise Http404
    context = {
        "article": found,
        "standing": found.standing(timezone.now().date()),
        "related": [articles[other] for other in found.about.related],
        "for_staff": articles.get(found.about.staff_page),
        "with_patient": [one for one in articles.values() if one.about.staff_page == slug],
    }
    return render(request, "tracker/article.html", context)


def _reader(request: HttpRequest) -> Audience | None:
    return "staff" if isinstance(request.user, User) and request.user.can(Can.SEE_WARD) else None
