"""What a view is asked with, once the middleware has made sure that somebody is signed in."""

from django.http import HttpRequest

from accounts.models import User


class SignedIn(HttpRequest):
    """A request of somebody who is signed in. Only a type: the middleware turns everybody else away."""

    user: User
