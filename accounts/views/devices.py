"""The ward's shared devices: enrolling the one in one's hands, and revoking a lost one."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access, actions
from accounts.forms.sign_in import DeviceForm
from accounts.requests import SignedIn, carry_device
from accounts.sign_in import current_session


@require_http_methods(["GET", "POST"])
def devices(request: SignedIn) -> HttpResponse:
    """The list, and the form that makes this browser one of them."""
    found = access.devices(request.user)
    here = current_session.of(request)
    form = DeviceForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        device, token = actions.devices.enroll_device(by=request.user, session=here.session, **form.cleaned_data)
        messages.success(request, _("This device is %(name)s now. Sign out and hand it to the ward.") % {"name": device.name})
        answer = HttpResponseRedirect(reverse("devices"), status=303)
        carry_device(answer, token)
        return answer
    context = {"form": form, "devices": found, "this": here.device if here.shared else None, "now": timezone.now()}
    return render(request, "accounts/devices.html", context, status=422 if form.errors else 200)


@require_POST
def revoke(request: SignedIn, pk: UUID) -> HttpResponse:
    """Make a device any browser again."""
    device = access.device(request.user, pk)
    mine = current_session.of(request).device == device
    user = request.user
    if mine:
        logout(request)
    actions.devices.revoke_device(by=user, device=device)
    messages.success(request, _("%(name)s is not a device of the ward any more.") % {"name": device.name})
    answer = HttpResponseRedirect(reverse("account_login" if mine else "devices"), status=303)
    if mine:
        answer.delete_cookie(settings.DEVICE_COOKIE)
    return answer
