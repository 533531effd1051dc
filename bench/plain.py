"""The plain page that Ebb is measured against: one file, sign-in, and one INSERT of a row for each POST.

Same Python, Django, database engine and database settings as Ebb; sessions and sign-in, and nothing else.
Run by `python -m bench`, with the place of its database as its argument.
"""

import sys
from pathlib import Path
from uuid import uuid4

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path

from bench.browser import Browser, mean_cpu, must, obey
from config.settings import DATABASES

if __name__ == "__main__":
    settings.configure(
        SECRET_KEY="plain",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="__main__",
        DATABASES={"default": DATABASES["default"] | {"NAME": sys.argv[1]}},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
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


class Note(models.Model):
    """A row with a handful of columns."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    total = models.IntegerField()
    text = models.TextField()

    class Meta:
        app_label = "plain"


def sign_in(request: HttpRequest) -> HttpResponse:
    user = authenticate(request, username=request.POST["username"], password=request.POST["password"])
    login(request, user)
    return HttpResponseRedirect("/")


def save(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    note = Note(
        by=request.user, at=timezone.now(), kind=request.POST["kind"], total=int(request.POST["total"]), text=request.POST["text"]
    )
    note.save(force_insert=True)
    return HttpResponseRedirect("/", status=303)


urlpatterns = [path("sign-in/", sign_in), path("save/", save)]


def main() -> None:
    Path(sys.argv[1]).parent.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Note)
    User.objects.create_user("nurse", password="a long password")
    browser = Browser(get_wsgi_application())
    must(browser.post("/sign-in/", username="nurse", password="a long password"), 302)

    def round_of_saves() -> float:
        return mean_cpu(must(browser.post("/save/", kind="cows", total=13, text="Two words"), 303) for _ in range(40))

    obey({"save": round_of_saves})


if __name__ == "__main__":
    main()
