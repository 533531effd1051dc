"""What Dockerfile and compose.yaml promise. `make lint` reads the first; whether an image starts is tried where one can be built."""

import re
from pathlib import Path
from typing import Any

import compose_spec
import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
LAST_STAGE = DOCKERFILE.split("\nFROM ")[-1]


def services(text: str = COMPOSE) -> dict[str, dict[str, Any]]:
    """The services, after every key and value was held against the specification. Raises ValueError."""
    read = compose_spec.PyCompose.from_yaml(text)
    read.validate()
    return dict(read.to_dict()["services"])


def steps(stage: str, name: str) -> list[str]:
    return re.findall(rf"^{name} (.+)$", stage, re.MULTILINE)


def test_the_image_runs_as_a_user_who_is_not_root_and_owns_nothing_but_the_site():
    assert steps(LAST_STAGE, "USER") == ["10001"]
    assert "--uid 10001" in LAST_STAGE
    assert "--chown" not in DOCKERFILE
    assert LAST_STAGE.index("\nUSER ") < LAST_STAGE.index("\nCMD ")
    assert steps(LAST_STAGE, "WORKDIR") == steps(LAST_STAGE, "VOLUME") == ["/site"]


def test_the_image_asks_itself_whether_it_can_save():
    (asked,) = steps(LAST_STAGE, "HEALTHCHECK")
    assert asked.endswith('CMD ["ebb", "health"]')
    assert steps(LAST_STAGE, "CMD") == ['["ebb", "run", "--host", "0.0.0.0"]']


def test_the_image_holds_what_is_pinned_and_none_of_what_built_it():
    build, last = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert build == last
    assert "latest" not in build
    assert "--require-hashes --requirement requirements.txt" in DOCKERFILE
    assert steps(LAST_STAGE, "COPY") == ["--from=build /opt/ebb /opt/ebb"]


def test_no_settings_and_no_data_reach_the_build():
    lines = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    let_in = [line.removeprefix("!") for line in lines if line.startswith("!")]
    assert not {".env", "var", ".git", "node_modules", ".venv"} & set(let_in)
    assert [name for name in let_in if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("name", ["ebb", "postgres"])
def test_a_service_can_write_only_where_it_keeps_things_and_can_gain_no_rights(name: str):
    service = services()[name]
    assert service["read_only"] is True
    assert service["user"] not in ("", "0", "root")
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "/tmp" in service["tmpfs"]
    assert not service.get("privileged")
    assert len(service["volumes"]) == 1


def test_the_site_is_reached_from_this_machine_alone_and_needs_no_postgresql():
    site, postgres = services()["ebb"], services()["postgres"]
    assert [str(port) for port in site["ports"]] == ["127.0.0.1:8000:8000"]
    assert "ports" not in postgres
    assert "profiles" not in site
    assert postgres["profiles"] == ["postgres"]
    assert site["depends_on"]["postgres"]["required"] is False
    assert postgres["healthcheck"]["test"][0] == "CMD"
    assert site["env_file"][0]["required"] is False


def test_what_is_being_saved_is_finished_before_a_container_is_killed():
    from config.command import STOP_WITHIN_S

    assert int(services()["ebb"]["stop_grace_period"].removesuffix("s")) > STOP_WITHIN_S


def test_no_secret_stands_in_what_is_kept():
    assert services()["postgres"]["environment"]["POSTGRES_PASSWORD"] == "${EBB_POSTGRES_PASSWORD:-}"
    assert not re.search(r"SECRET_KEY=|PASSWORD=", DOCKERFILE)


@pytest.mark.parametrize(("right", "wrong"), [("read_only: true", "read_onli: true"), ("init: true", "init: perhaps")])
def test_a_slip_of_the_pen_is_noticed(right: str, wrong: str):
    with pytest.raises(ValueError, match=r"services\.ebb"):
        services(COMPOSE.replace(right, wrong))
