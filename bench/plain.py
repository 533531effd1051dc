"""The plain page that Ebb is measured against: a sign-in, and one INSERT of a COWS for each POST.

Same Python, Django, server, database engine, database settings and answers as Ebb, and the middleware `startproject` gives.
No form, no score, no rule, no audit line, and a second sending is a second row. `python -m bench.plain` makes its database,
and `bench.plain:application` serves it; DATABASE_URL says where it is.
"""

from uuid import uuid4

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import path

from bench.answers import COWS, PASSWORD
from config.settings import DATABASES

if not settings.configured:
    settings.configure(
        SECRET_KEY="plain",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="bench.plain",
        DATABASES=DATABASES,
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()

from django.contrib.auth import authenticate, login
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection, models
from django.utils import timezone


class Cows(models.Model):
    """One COWS as its answers came, a column each."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    patient = models.IntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    at = models.DateTimeField()
    pulse_rate = models.PositiveSmallIntegerField()
    sweating = models.PositiveSmallIntegerField()
    restlessness = models.PositiveSmallIntegerField()
    pupils = models.PositiveSmallIntegerField()
    aches = models.PositiveSmallIntegerField()
    nose_eyes = models.PositiveSmallIntegerField()
    gi = models.PositiveSmallIntegerField()
    tremor = models.PositiveSmallIntegerField()
    yawning = models.PositiveSmallIntegerField()
    anxiety = models.PositiveSmallIntegerField()
    gooseflesh = models.PositiveSmallIntegerField()
    note = models.TextField()

    class Meta:
        app_label = "plain"


ITEMS = [name.removeprefix("cows_") for name in COWS]


def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return HttpResponse(get_token(request))
    user = authenticate(request, username=request.POST["login"], password=request.POST["password"])
    login(request, user)
    return HttpResponseRedirect("/")


def save(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    answers = {item: int(request.POST[f"cows_{item}"]) for item in ITEMS}
    row = Cows(patient=7, by=request.user, at=timezone.now(), note="", **answers)
    row.save(force_insert=True)
    return HttpResponseRedirect("/", status=303)


urlpatterns = [path("accounts/login/", sign_in), path("save/", save)]
application = get_wsgi_application()


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Cows)
    User.objects.create_user("nurse", password=PASSWORD)
