"""The annotated CRF: where SDTM has each item of the trial's forms."""

import re

import pytest
from django.utils.module_loading import import_string

from ecrf.exports.sdtm.annotation import place_in_sdtm
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS

SAID = {
    ("vital-signs", "systolic"): "VS.VSORRES where VSTESTCD = SYSBP",
    ("adverse-event", "term"): "AE.AETERM",
    ("adverse-event", "treatment"): "SUPPAE.QVAL where QNAM = AECONTRX",
    ("demographics", "sex"): "DM.SEX",
    ("laboratory", "comment"): "CO.COVAL",
    ("mrc-strength", "left_wrist_extension"): (
        "MK.MKORRES where MKTESTCD = MMTEXT, MKLOC = WRIST JOINT EXTENSOR MUSCLES, MKLAT = LEFT"
    ),
    ("grip-strength", "right_2"): "MK.MKORRES where MKTESTCD = GRIPSTR, MKLAT = RIGHT, MKREPNUM = 2",
}


@pytest.mark.parametrize(("item", "place"), SAID.items(), ids=[item for _form, item in SAID])
def test_item_is_annotated_as_it_is_mapped(item, place):
    assert place_in_sdtm(*item) == place


def test_every_domain_that_an_annotation_names_is_written():
    domains = {domain.name for domain in import_string(protocol().sdtm).domains} | {"CO"}
    for key, definition in CRFS.items():
        for name in definition.items:
            place = place_in_sdtm(key, name)
            if place:
                (domain,) = re.findall(r"^(?:SUPP)?([A-Z]{2})\.", place)
                assert domain in domains, (key, name, place)


def test_every_annotation_of_the_trials_own_names_an_item():
    for name in import_string(protocol().sdtm).annotations:
        key, _, item = name.partition(".")
        assert item in CRFS[key].items, name
