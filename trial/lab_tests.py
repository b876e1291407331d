"""The laboratory tests of the protocol (section 4), in its order."""

from ecrf.forms.protocol import LabTest

LAB_TESTS = (
    LabTest("HGB", "Haemoglobin", ("g/dL", "g/L", "mmol/L"), by_sex=True),
    LabTest("WBC", "White cells", ("×10³/µL", "×10⁹/L", "/µL")),
    LabTest("PLAT", "Platelets", ("×10⁴/µL", "×10³/µL", "×10⁹/L")),
    LabTest("AST", "AST", ("U/L", "µkat/L")),
    LabTest("ALT", "ALT", ("U/L", "µkat/L"), by_sex=True),
    LabTest("ALP", "ALP", ("U/L", "µkat/L")),
    LabTest("GGT", "GGT", ("U/L", "µkat/L"), by_sex=True),
    LabTest("BILI", "Bilirubin", ("mg/dL", "µmol/L")),
    LabTest("LDH", "LDH", ("U/L", "µkat/L")),
    LabTest("CREAT", "Creatinine", ("mg/dL", "µmol/L"), by_sex=True),
    LabTest("UREAN", "Urea nitrogen", ("mg/dL", "mmol/L")),
    LabTest("IGG", "IgG", ("mg/dL", "g/L")),
    LabTest("IGA", "IgA", ("mg/dL", "g/L")),
    LabTest("HAPTOG", "Haptoglobin", ("mg/dL", "g/L")),
    LabTest("RETI", "Reticulocytes", ("%", "‰", "×10⁴/µL")),
    LabTest("DDIMER", "D-dimer", ("µg/mL", "mg/L", "ng/mL")),
)
"""With CDISC's codes. The units are those laboratories usually report."""
