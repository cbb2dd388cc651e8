from __future__ import annotations

from simcom_async.cli.demo import ftp, http, mail
from simcom_async.cli.demo.steps import STEPS
from simcom_async.dialects import DIALECTS


def test_the_steps_of_all_services_of_a_dialect_are_one_list() -> None:
    assert STEPS["sim800"][: len(http.STEPS["sim800"])] == http.STEPS["sim800"]
    assert set(ftp.STEPS["sim800"]) <= set(STEPS["sim800"])
    assert set(STEPS["sim7000"]) >= set(ftp.STEPS["sim7000"])
    assert set(STEPS["sim7100"]) >= set(mail.STEPS["sim7100"])
    assert set(STEPS) <= set(DIALECTS)
    assert all(STEPS.values())


def test_each_step_of_a_dialect_has_a_name_of_its_own_and_its_servers() -> None:
    for steps in STEPS.values():
        assert len({step.name for step in steps}) == len(steps)
        assert all(step.sites or step.name.startswith("files: ") for step in steps)
