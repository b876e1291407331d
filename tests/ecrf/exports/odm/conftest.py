"""The world and its files, built once for each module."""

import pytest

from tests.ecrf.exports.odm.world import Files, build


@pytest.fixture(scope="module")
def files(module_db) -> Files:
    return Files.of(build())
