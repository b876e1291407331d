"""A data folder that was copied while its server ran is not served: it would be the server of the first."""

import os

import pytest

from ecrf.demo import embedded_postgres


def test_folder_with_the_running_server_of_another_is_refused_and_left_as_it_is(tmp_path):
    folder = tmp_path / "copy" / "postgres"
    folder.mkdir(parents=True)
    noted = folder / "postmaster.pid"
    noted.write_text(f"{os.getpid()}\n{tmp_path / 'first' / 'postgres'}\n1\n5432\n")
    with pytest.raises(SystemExit, match="was copied from"), embedded_postgres(folder):
        pass
    assert noted.exists()
    assert list(folder.iterdir()) == [noted]
