"""What continuous integration may do: three trusts, held apart in what the workflows say.

They run at GitHub alone. What they call is run elsewhere: by `.ci/run`, by hand, by other tests.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = {path.stem: path for path in (ROOT / ".github/workflows").glob("*.yml")}
READ = {"contents": "read"}
Workflow = dict[Any, Any]


def read(name: str) -> Workflow:
    """Return a workflow; YAML takes its key ``on`` for a truth value."""
    found = dict(yaml.safe_load(WORKFLOWS[name].read_text("utf-8")))
    return found | {"on": found.pop(True)}


def steps(workflow: Workflow, job: str | None = None) -> list[dict[str, Any]]:
    """Return the steps of a job, or of all."""
    jobs = [workflow["jobs"][job]] if job else workflow["jobs"].values()
    return [step for each in jobs for step in each["steps"]]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_workflow_has_a_secret_or_keeps_its_token(name: str) -> None:
    assert "secrets." not in WORKFLOWS[name].read_text("utf-8")
    workflow = read(name)
    assert workflow["permissions"] in ({}, READ)
    for step in steps(workflow):
        if "checkout" in step.get("uses", ""):
            assert step["with"] == {"persist-credentials": False}


def test_what_pull_requests_start_can_only_read() -> None:
    started = [name for name in WORKFLOWS if "pull_request" in read(name)["on"]]
    assert started == ["test"]
    test = read("test")
    assert set(test["on"]) == {"pull_request", "push"}
    assert test["on"]["push"] == {"branches": ["main"]}
    assert not any("permissions" in job for job in test["jobs"].values())


@pytest.mark.parametrize("name", WORKFLOWS)
def test_only_the_main_branch_writes_the_cache(name: str) -> None:
    for step in steps(read(name)):
        uses = step.get("uses", "")
        if "actions/cache" in uses and "/restore@" not in uses:
            assert name == "test"
            assert "/save@" in uses
            assert step["if"].startswith("github.event_name == 'push' &&")


def test_what_publishes_executes_nothing_of_the_project() -> None:
    publish = read("publish")
    assert publish["on"] == {"push": {"branches": ["main"]}}
    jobs = publish["jobs"]
    assert jobs["verify"]["permissions"] == jobs["build"]["permissions"] == READ
    assert jobs["publish"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert jobs["publish"]["needs"] == ["verify", "build"]
    (only,) = steps(publish, "publish")
    assert only["uses"].startswith("actions/deploy-pages@")
    assert [step["run"] for step in steps(publish, "verify") if "run" in step][-1] == ".ci/verify"
    assert "make site" in [step.get("run") for step in steps(publish, "build")]


@pytest.mark.parametrize("path", [".ci/gitlab-ci.yml", ".ci/azure-pipelines.yml"])
def test_elsewhere_the_same_is_called(path: str) -> None:
    text = (ROOT / path).read_text("utf-8")
    assert yaml.safe_load(text)
    for call in (".ci/run", ".ci/verify", "make site"):
        assert call in text
