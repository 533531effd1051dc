"""The same check-in sent many times, at once, by others, and with other words."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.faults.site import FULL, Answer

TIMES = 50 if FULL else 20
ROUNDS = 50 if FULL else 8


def all_at_once(*sendings: Any) -> list[Answer]:
    """Do these in the same moment, and return what each got."""
    line = threading.Barrier(len(sendings))

    def one(send: Any) -> Answer:
        line.wait()
        return send()

    with ThreadPoolExecutor(len(sendings)) as pool:
        return list(pool.map(one, sendings))


def test_one_check_in_sent_many_times_at_once_is_kept_once(site, say):
    site.start(workers=2, threads=8)
    fields = site.filled("many times")
    answers = all_at_once(*[lambda: site.save("ada", fields)] * TIMES)
    found = Counter(answer.status for answer in answers)
    say(f"{dict(found)}")
    assert found == {201: 1, 200: TIMES - 1}
    assert site.look()["check_ins"] == {fields["id"]: "many times"}


def test_an_id_of_somebody_elses_record_is_nothing_to_you_and_other_words_are_a_conflict(site):
    site.start()
    fields = site.filled("first")
    assert site.save("ada", fields).status == 201
    there = site.ward["there"]
    theirs = site.save("cay", site.filled("first", there, id=fields["id"]), there)
    assert theirs.status == 404
    assert "Sam" not in theirs.body
    assert site.save("ada", fields | {"note": "second"}).status == 409
    assert site.save("ben", fields).status == 409
    assert site.look()["check_ins"] == {fields["id"]: "first"}


def test_two_nurses_who_correct_one_check_in_at_once_end_with_one_correction_and_one_told_so(site, say):
    site.start(workers=2, threads=4)
    seen: Counter[tuple[int, ...]] = Counter()
    for n in range(ROUNDS):
        fields = site.filled(f"round {n}")
        assert site.save("ada", fields).status == 201
        corrections = [
            site.filled(f"corrected by {who} in round {n}", replace_reason="typo", replace_note="") for who in ("ada", "ben")
        ]
        answers = all_at_once(
            lambda: site.post(f"/check-ins/{fields['id']}/correct/", "ada", corrections[0]),  # noqa: B023
            lambda: site.post(f"/check-ins/{fields['id']}/correct/", "ben", corrections[1]),  # noqa: B023
        )
        seen[tuple(sorted(answer.status for answer in answers))] += 1
    assert seen == {(201, 409): ROUNDS}
    kept = site.look()
    assert len(kept["check_ins"]) == 2 * ROUNDS
    assert len(kept["replaced"]) == len(set(kept["replaced"])) == ROUNDS
    say(f"{dict(seen)}")


def test_what_the_slower_of_two_typed_stays_on_the_screen(site):
    site.start()
    fields = site.filled("first")
    site.save("ada", fields)
    address = f"/check-ins/{fields['id']}/correct/"
    assert site.post(address, "ada", site.filled("quick", replace_reason="typo")).status == 201
    answer = site.post(address, "ben", site.filled("words of the slower one", replace_reason="typo"), page=True)
    assert answer.status == 409
    assert "words of the slower one" in answer.body
    assert "Someone has corrected this entry already." in answer.body


def test_drafts_kept_from_two_places_at_once_end_as_one(site):
    site.start(workers=2, threads=4)
    address = f"/episodes/{site.ward['here']}/check-in/cows/draft/"
    for _n in range(ROUNDS):
        answers = all_at_once(*[lambda: site.post(address, "ada", site.filled("draft"), page=True)] * 4)
        assert {answer.status for answer in answers} == {200}
    assert site.look()["drafts"] == 1


def test_a_session_that_ended_under_a_full_form_costs_no_answer(site):
    site.start()
    here = site.ward["here"]
    fields = site.filled("typed before it ended")
    assert site.post(f"/episodes/{here}/check-in/cows/draft/", "ada", fields, page=True).status == 200
    gone = "0" * 32
    refused = site.post(f"/episodes/{here}/check-in/cows/", "ada", fields, page=True, cookie=gone)
    assert (refused.status, refused.headers["location"].split("?")[0]) == (302, "/accounts/login/")
    signed_in = site.post("/accounts/login/", "", {"login": "ada", "password": site.ward["password"]}, page=True)
    assert signed_in.status == 302, signed_in.body[:2000]
    fresh = signed_in.headers["set-cookie"].split("sessionid=")[1].split(";")[0]
    form = site.request("GET", f"/episodes/{here}/check-in/cows/", headers=site._cookies("", fresh))
    assert "typed before it ended" in form.body
    assert fields["id"] in form.body
    assert site.post(f"/episodes/{here}/check-in/cows/", "", fields, page=True, cookie=fresh).status == 303
    assert site.look()["check_ins"] == {fields["id"]: "typed before it ended"}
