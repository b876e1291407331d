"""The replay itself: it gives a build the files that Docker would give, and refuses what it does not know."""

from pathlib import Path

import pytest

from tests.image.compose import Compose, commands_in_comments
from tests.image.dockerfile import Ignored, context, stages

IGNORED = Ignored.read("*\n!ecrf\n!static\necrf/demo.py\nstatic/vendor\n**/__pycache__\n**/*.pyc\n")


@pytest.mark.parametrize(
    "path", ["README.md", "ecrf/demo.py", "static/vendor/a.js", "ecrf/a/__pycache__/b", "ecrf/a.pyc"]
)
def test_what_dockerignore_keeps_out_is_kept_out(path):
    assert Path(path) in IGNORED


@pytest.mark.parametrize("path", ["ecrf/web.py", "ecrf/audit/demo.py", "static/js/vendor.js"])
def test_what_an_exception_lets_in_is_in(path):
    assert Path(path) not in IGNORED


def test_build_is_given_no_secret_and_nothing_fetched(tmp_path):
    names = [".dockerignore", "manage.py", "secrets/web_url", "app/a.py", "app/vendor/b.js"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".dockerignore").write_text("*\n!app\n!manage.py\napp/vendor\n")
    assert [str(path) for path in context(tmp_path)] == ["app/a.py", "manage.py"]


def test_dockerfile_is_read_by_stages_with_lines_joined():
    front_end, last = stages(
        '# a\nFROM node AS front-end\nRUN a \\\n # why\n && b\nFROM python\nCMD ["c", \\\n  "d"]\n'
    )
    assert (front_end.name, front_end.steps[0].rest) == ("front-end", "a && b")
    assert last.last("CMD").command() == ["c", "d"]


def test_instruction_that_the_replay_does_not_know_is_refused():
    with pytest.raises(AssertionError, match="does not know VOLUME"):
        stages("FROM python\nVOLUME /data\n")


def test_settings_of_the_env_file_stand_in_the_compose_file(tmp_path):
    (tmp_path / ".env").write_text("NAME=ecrf.example.org\n")
    (tmp_path / "docker-compose.yml").write_text('a: ${NAME}\nb: ["${N:-3}", "${NAME:?Say it}:80"]\n')
    assert Compose.read(tmp_path).said == {"a": "ecrf.example.org", "b": ["3", "ecrf.example.org:80"]}


def test_setting_that_is_missing_is_named_in_the_files_own_words(tmp_path):
    (tmp_path / ".env").write_text("")
    (tmp_path / "docker-compose.yml").write_text("a: ${NAME:?Write NAME into .env}\n")
    with pytest.raises(AssertionError, match=r"Write NAME into \.env"):
        Compose.read(tmp_path)


def test_commands_of_the_operator_are_those_set_off_in_the_comments():
    text = "# Once:\n#\n#        mkdir a\n#        for b in c; do\n#          d\n#        done\n#\n# Then:\nname: e\n"
    assert commands_in_comments(text) == "mkdir a\nfor b in c; do\n  d\ndone\n"
