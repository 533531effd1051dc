"""The patient shown at the top of a form: noticing when it belongs to somebody else."""

import hashlib

from django.utils.translation import gettext as _

from tracker.models import Episode


def banner_of(episode: Episode) -> str:
    """A digest of the patient shown at the top, to notice when a form belongs to somebody else."""
    shown = f"{episode.pk}|{episode.patient.chosen_name}|{episode.patient.date_of_birth}|{episode.bed}"
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


def changed_words(episode: Episode) -> str:
    """What somebody reads whose form was opened for other details."""
    return _(
        "The details of this patient changed while the form was open. Check that this is %(who)s, bed %(bed)s, then save again."
    ) % {"who": episode.patient.chosen_name, "bed": episode.bed}
