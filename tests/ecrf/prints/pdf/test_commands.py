"""The commands that write PDF files: whole or not at all, and in plain words why not."""

import errno
import os

import pytest
from django.core.management import CommandError, call_command

from ecrf.prints.pdf import files
from tests.builders import a_patient
from tests.printed import pdf_words


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


def test_casebook_is_written(patient, tmp_path, capsys):
    file = tmp_path / "casebook.pdf"
    call_command("casebook_pdf", "01-001", "-o", str(file))
    assert "Casebook of patient 01-001" in pdf_words(file.read_bytes())
    assert capsys.readouterr().out == f"Casebook of patient 01-001: {file}\n"
    assert list(tmp_path.iterdir()) == [file]
    call_command("casebook_pdf", "01-001", "-o", str(file), "--compact")
    assert "This is the short form" in pdf_words(file.read_bytes())


def test_annotated_crf_is_written(tmp_path):
    call_command("annotated_crf", "-o", str(tmp_path / "acrf.pdf"))
    assert "Annotated CRF" in pdf_words((tmp_path / "acrf.pdf").read_bytes())


def test_patient_who_is_not_there_is_named(patient, tmp_path):
    with pytest.raises(CommandError, match="There is no patient 01-099"):
        call_command("casebook_pdf", "01-099", "-o", str(tmp_path / "casebook.pdf"))
    assert list(tmp_path.iterdir()) == []


def test_folder_that_is_not_there_is_named(patient, tmp_path):
    with pytest.raises(CommandError, match=r"could not be written \(no such file or directory\)"):
        call_command("casebook_pdf", "01-001", "-o", str(tmp_path / "nowhere" / "casebook.pdf"))


def test_full_disk_leaves_what_was_there_and_nothing_half_made(tmp_path, monkeypatch):
    file = tmp_path / "casebook.pdf"
    file.write_bytes(b"yesterday's")

    def full(_number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(files.NotWritten, match=r"no space left on device\)\. Nothing was left behind"):
        files.write_whole(file, b"today's")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("casebook.pdf", b"yesterday's")]
