"""The administrator's pages: people and wards. No clinical record can be reached from here."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import access, actions
from accounts.forms import PersonForm, WardForm
from accounts.requests import SignedIn


@require_safe
def people(request: SignedIn) -> HttpResponse:
    """Everybody with an account, and the wards."""
    return render(request, "accounts/people.html", {"people": access.people(request.user), "wards": access.wards(request.user)})


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
                return render(request, "accounts/person.html", {"form": form, "person": found}, status=422)
        else:
            actions.change_person(
                by=request.user, person=found, role=data["role"], wards=data["wards"], is_active=data["is_active"], **names
            )
            if data["password"]:
                actions.set_password(by=request.user, person=found, password=data["password"])
        messages.success(request, _("Saved: %(name)s.") % {"name": data["username"]})
        return HttpResponseRedirect(reverse("people"), status=303)
    return render(request, "accounts/person.html", {"form": form, "person": found}, status=422 if form.errors else 200)


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
