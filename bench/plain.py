"""The plain page that Ebb is measured against: one file, sign-in, and one INSERT of a COWS for each POST.

Same Python, Django, database engine, database settings and answers as Ebb, and the middleware `startproject` gives.
No form, no score, no rule, no audit line, and a second sending is a second row.
Run by `python -m bench`, with the place of its database as its argument.
"""

import sys
from pathlib import Path
from uuid import uuid4

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import path

from bench.answers import COWS
from bench.browser import Browser, mean_cpu, must, obey
from config.settings import DATABASES

if __name__ == "__main__":
    settings.configure(
        SECRET_KEY="plain",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="__main__",
        DATABASES={"default": DATABASES["default"] | {"NAME": sys.argv[1]}},
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
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
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
    user = authenticate(request, username=request.POST["username"], password=request.POST["password"])
    login(request, user)
    return HttpResponseRedirect("/")


def save(request: HttpRequest, patient: int) -> HttpResponse:
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    answers = {item: int(request.POST[f"cows_{item}"]) for item in ITEMS}
    row = Cows(patient=patient, by=request.user, at=timezone.now(), note=request.POST["note"], **answers)
    row.save(force_insert=True)
    return HttpResponseRedirect("/", status=303)


urlpatterns = [path("sign-in/", sign_in), path("patients/<int:patient>/save/", save)]


def main() -> None:
    Path(sys.argv[1]).parent.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Cows)
    User.objects.create_user("nurse", password="a long password")
    browser = Browser(get_wsgi_application())
    must(browser.get("/sign-in/"), 200)
    must(browser.post("/sign-in/", username="nurse", password="a long password"), 302)

    def round_of_saves() -> float:
        return mean_cpu(must(browser.post("/patients/7/save/", note="", **COWS), 303) for _ in range(40))

    obey({"save": round_of_saves})


if __name__ == "__main__":
    main()
