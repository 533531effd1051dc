"""The administrator's pages: people and wards. No clinical record can be reached from here."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import access, actions
from accounts.forms.people import PersonForm, WardForm
from accounts.models import User
from accounts.requests import SignedIn


@require_safe
def people(request: SignedIn) -> HttpResponse:
    """Everybody with an account, and the wards."""
    return render(
        request,
        "accounts/people.html",
        {"people": access.people(request.user), "wards": access.wards(request.user), "resets": access.resets(request.user)},
    )


@require_http_methods(["GET", "POST"])
def person(request: SignedIn, pk: int | None = None) -> HttpResponse:
    """A new account, or a changed one."""
    found = access.person(request.user, pk)
    form = PersonForm(request.POST or None, person=found, own=found == request.user)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            _keep_person(request.user, found, form.cleaned_data)
            messages.success(request, _("Saved: %(name)s.") % {"name": form.cleaned_data["username"]})
            return HttpResponseRedirect(reverse("people"), status=303)
        except actions.people.NameTaken:
            form.add_error("username", _("This user name is taken. Choose another."))
            status = 422
        except actions.people.Conflict as conflict:
            now = access.person(request.user, pk)
            form.lost_to(str(conflict), now.seen if now else "")
            status = 409
    return _person_page(request, form, found, status)


def _keep_person(by: User, found: User | None, data: dict[str, Any]) -> None:
    """Make the account, or change it and, where one was typed, its password."""
    same = {name: data[name] for name in ("role", "wards", "is_active", "first_name", "last_name")}
    if found is None:
        actions.people.create_person(by=by, username=data["username"], password=data["password"], **same)
        return
    actions.people.change_person(by=by, person=found, seen=data["seen"], **same)
    if data.get("password"):
        actions.people.set_password(by=by, person=found, password=data["password"])


def _person_page(request: SignedIn, form: PersonForm, found: User | None, status: int) -> HttpResponse:
    context = {"form": form, "person": found, "way_in": access.way_in(request.user, found)}
    return render(request, "accounts/person.html", context, status=status)


@require_http_methods(["GET", "POST"])
def ward(request: SignedIn, pk: int | None = None) -> HttpResponse:
    """A new ward, or a changed one."""
    found = access.ward(request.user, pk)
    form = WardForm(request.POST or None, ward=found)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.people.save_ward(by=request.user, ward=form.filled(), seen=form.cleaned_data["seen"])
            messages.success(request, _("Saved: %(name)s.") % {"name": saved.name})
            return HttpResponseRedirect(reverse("people"), status=303)
        except actions.people.Conflict as conflict:
            now = access.ward(request.user, pk)
            form.lost_to(str(conflict), now.seen if now else "")
            status = 409
    return render(request, "accounts/ward.html", {"form": form, "ward": found}, status=status)


@require_POST
def end_sessions(request: SignedIn, pk: int) -> HttpResponse:
    """Sign somebody out of every browser."""
    person = access.somebody(request.user, pk)
    actions.sessions.end_sessions(by=request.user, person=person)
    messages.success(request, _("%(name)s is signed out everywhere.") % {"name": person.username})
    return HttpResponseRedirect(reverse("person", args=[pk]), status=303)


@require_POST
def reset_factor(request: SignedIn, pk: int) -> HttpResponse:
    """Ask for, confirm or withdraw the reset of somebody's second factor."""
    person = access.somebody(request.user, pk)
    name = {"name": person.username}
    do = request.POST.get("do", "")
    if do == "confirm":
        try:
            actions.factors.confirm_reset(by=request.user, person=person)
        except actions.people.Conflict as conflict:
            return render(request, "error.html", {"title": _("Nothing was reset"), "sentence": str(conflict)}, status=409)
        said = _("Done. %(name)s signs in with the password alone until they set up a new one.") % name
    elif do == "withdraw":
        actions.factors.withdraw_reset(by=request.user, person=person)
        said = _("The second factor of %(name)s stays.") % name
    else:
        actions.factors.ask_for_reset(by=request.user, person=person)
        said = _("Asked. A second administrator has to agree before the second factor of %(name)s goes.") % name
    messages.success(request, said)
    return HttpResponseRedirect(reverse("person", args=[pk]), status=303)
