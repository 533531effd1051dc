"""Setting the numbers of this place."""

from django.db import transaction

from accounts.models import Site, User
from accounts.roles import Can
from accounts.trail import audit


def save_site(*, by: User, site: Site) -> Site:
    """Keep the site's numbers. The audit line says what changed. Raises Refused unless `by` may set them."""
    by.must(Can.SET_SITE)
    names = [field.name for field in Site._meta.fields if field.name != "id"]
    with transaction.atomic():
        before = Site.objects.filter(pk=1).first() or Site(pk=1)
        site.pk = 1
        site.save()
        was = {name: getattr(before, name) for name in names if getattr(before, name) != getattr(site, name)}
        audit.record(by, "site saved", what="site", facts={"was": was})
    return site
