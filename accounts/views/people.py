"""The administrator's pages: people and wards. No clinical record can be reached from here."""

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
    form = PersonForm(request.POST or None, person=found)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        names = {"first_name": data["first_name"], "last_name": data["last_name"]}
        if found is None:
            try:
                actions.create_person(
                    by=request.user,
                    username=data["username"],
                    password=data["password"],
                    role=data["role"],
                    wards=data["wards"],
                    is_active=data["is_active"],
                    **names,
                )
            except actions.NameTaken:
                form.add_error("username", _("This user name is taken. Choose another."))
                return _person_page(request, form, found)
        else:
            actions.change_person(
                by=request.user, person=found, role=data["role"], wards=data["wards"], is_active=data["is_active"], **names
            )
            if data["password"]:
                actions.set_password(by=request.user, person=found, password=data["password"])
        messages.success(request, _("Saved: %(name)s.") % {"name": data["username"]})
        return HttpResponseRedirect(reverse("people"), status=303)
    return _person_page(request, form, found)


def _person_page(request: SignedIn, form: PersonForm, found: User | None) -> HttpResponse:
    context = {"form": form, "person": found, "way_in": access.way_in(request.user, found)}
    return render(request, "accounts/person.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def ward(request: SignedIn, pk: int | None = None) -> HttpResponse:
    """A new ward, or a changed one."""
    found = access.ward(request.user, pk)
    form = WardForm(request.POST or None, ward=found)
    if request.method == "POST" and form.is_valid():
        saved = actions.save_ward(by=request.user, ward=form.filled())
        messages.success(request, _("Saved: %(name)s.") % {"name": saved.name})
        return HttpResponseRedirect(reverse("people"), status=303)
    return render(request, "accounts/ward.html", {"form": form, "ward": found}, status=422 if form.errors else 200)


@require_POST
def end_sessions(request: SignedIn, pk: int) -> HttpResponse:
    """Sign somebody out of every browser."""
    person = access.somebody(request.user, pk)
    actions.end_sessions(by=request.user, person=person)
    messages.success(request, _("%(name)s is signed out everywhere.") % {"name": person.username})
    return HttpResponseRedirect(reverse("person", args=[pk]), status=303)


@require_POST
def reset_factor(request: SignedIn, pk: int) -> HttpResponse:
    """Ask for, confirm or withdraw the reset of somebody's second factor."""
    person = access.somebody(request.user, pk)
    name = {"name": person.username}
    do = request.POST.get("do", "")
    if do == "confirm":
        actions.confirm_reset(by=request.user, person=person)
        said = _("Done. %(name)s signs in with the password alone until they set up a new one.") % name
    elif do == "withdraw":
        actions.withdraw_reset(by=request.user, person=person)
        said = _("The second factor of %(name)s stays.") % name
    else:
        actions.ask_for_reset(by=request.user, person=person)
        said = _("Asked. A second administrator has to agree before the second factor of %(name)s goes.") % name
    messages.success(request, said)
    return HttpResponseRedirect(reverse("person", args=[pk]), status=303)
