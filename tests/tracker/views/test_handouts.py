"""Giving a patient something to read, and where it shows afterwards."""

from uuid import uuid4

from tracker.models import Handout


def test_a_nurse_gives_what_fits_with_one_tap_and_it_shows_in_the_stay(visitor, see, nurse, episode, patient_user, symptoms, now):
    symptoms(episode, patient_user, now, insomnia=3)
    client, url = visitor(nurse), f"/episodes/{episode.pk}/reading/"
    page = see(client, url)
    assert "Because Sam reported trouble sleeping" in page.words
    form = next(form for form in page.forms if ("article", "sleep") in form["fields"])
    answer = client.post(url, dict(form["fields"]))
    assert (answer.status_code, answer["Location"]) == (303, url)
    after = see(client, url).words
    assert "Noted as given: When you cannot sleep." in after
    assert "When you cannot sleep Tue 3 Mar, 07:00, A. Bell" in after
    assert "When you cannot sleep Tue 3 Mar, 07:00, A. Bell" in see(client, f"/episodes/{episode.pk}/").words


def test_any_other_page_for_patients_can_be_chosen_and_none_for_staff(visitor, see, nurse, episode):
    client, url = visitor(nurse), f"/episodes/{episode.pk}/reading/"
    source = see(client, url).source
    assert '<option value="rights-privacy">' in source
    assert '<option value="staff-fluids">' not in source
    client.post(url, {"id": str(uuid4()), "article": "rights-privacy"})
    assert Handout.objects.get().article == "rights-privacy"


def test_nothing_chosen_is_said_and_nothing_is_written(visitor, nurse, episode):
    answer = visitor(nurse).post(f"/episodes/{episode.pk}/reading/", {"id": str(uuid4()), "article": ""})
    assert answer.status_code == 422
    assert "Choose a page." in answer.content.decode()
    assert Handout.objects.count() == 0


def test_a_used_id_is_answered_with_a_sentence(visitor, nurse, episode):
    client, url, same = visitor(nurse), f"/episodes/{episode.pk}/reading/", str(uuid4())
    client.post(url, {"id": same, "article": "sleep"})
    answer = client.post(url, {"id": same, "article": "aches"})
    assert answer.status_code == 409
    assert "choose once more" in answer.content.decode()


def test_the_patient_finds_what_they_were_given_on_their_own_page(visitor, see, nurse, episode, patient_user):
    visitor(nurse).post(f"/episodes/{episode.pk}/reading/", {"id": str(uuid4()), "article": "cravings"})
    page = see(visitor(patient_user), "/me/")
    assert "From your team, to read Riding out a craving" in page.words
    assert "/learn/cravings/" in page.links


def test_a_page_that_is_gone_is_still_named(visitor, see, nurse, episode):
    from tracker.models import Episode

    kept = Handout(
        id=uuid4(),
        episode=Episode.objects.get(),
        article="gone",
        title="A page of old",
        given_at=episode.admitted_at,
        given_by=nurse,
    )
    kept.save(force_insert=True)
    assert "A page of old" in see(visitor(nurse), f"/episodes/{episode.pk}/").words
