"""The key of the backups: made once, readable by one, and enough on its own."""

import stat

import pytest
from pyrage import x25519

from operations import keys
from tests.conftest import NOW
from tests.operations.conftest import refusal, said


def test_a_new_key_can_be_read_by_its_owner_only_and_locks_for_itself(tmp_path):
    public = keys.make(tmp_path / "deep" / "key.txt", NOW)
    assert stat.S_IMODE((tmp_path / "deep" / "key.txt").stat().st_mode) == 0o600
    assert [str(one) for one in keys.recipients([], tmp_path / "deep" / "key.txt")] == [public]


def test_a_key_is_never_written_over(settings, tmp_path):
    settings.BACKUP_KEY = tmp_path / "key.txt"
    first = said("backup_key")
    before = settings.BACKUP_KEY.read_text()
    assert before.split("public key: ")[1].split()[0] in first
    assert before.split("\n")[-2] not in first, "the secret is not for a screen"
    assert "is there already" in refusal("backup_key")
    assert settings.BACKUP_KEY.read_text() == before


def test_a_key_that_others_can_read_is_refused(tmp_path):
    keys.make(tmp_path / "key.txt", NOW)
    (tmp_path / "key.txt").chmod(0o640)
    with pytest.raises(keys.KeyProblem, match="chmod 600"):
        keys.identities(tmp_path / "key.txt")


def test_a_missing_key_and_a_file_without_one_are_said(tmp_path):
    with pytest.raises(keys.KeyProblem, match="cannot be read"):
        keys.identities(tmp_path / "none.txt")
    with pytest.raises(keys.KeyProblem, match="Make one first"):
        keys.recipients([], tmp_path / "none.txt")
    (tmp_path / "poem.txt").touch(0o600)
    with pytest.raises(keys.KeyProblem, match="holds no key"):
        keys.identities(tmp_path / "poem.txt")


def test_with_public_keys_in_the_settings_no_secret_is_needed_here(tmp_path):
    away = x25519.Identity.generate().to_public()
    assert [str(one) for one in keys.recipients([str(away)], tmp_path / "none.txt")] == [str(away)]
    with pytest.raises(keys.KeyProblem, match="begins with age1"):
        keys.recipients(["age1nonsense"], tmp_path / "none.txt")
