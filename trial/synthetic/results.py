"""The laboratory results that tell something: all others lie about where each patient's usually do."""

RESULTS = {
    ("S07", "W04", "AST"): "61",
    ("S07", "W04", "ALT"): "104",
    ("S07", "W07", "AST"): "26",
    ("S07", "W07", "ALT"): "37",
    ("S07", "W31", "DDIMER"): "2.4",
    ("S11", "W16", "CREAT"): "71",
    ("S13", "W10", "HGB"): "15.1",
    ("S13", "W13", "HGB"): "12.6",
    ("S13", "W13", "BILI"): "2.3",
    ("S13", "W13", "LDH"): "318",
    ("S13", "W13", "HAPTOG"): "<10",
    ("S13", "W13", "RETI"): "4.2",
    ("S13", "UNS-1", "HGB"): "12.9",
    ("S13", "UNS-1", "BILI"): "1.3",
    ("S13", "UNS-1", "LDH"): "251",
    ("S13", "UNS-1", "HAPTOG"): "12",
    ("S13", "UNS-1", "RETI"): "5.1",
    ("S13", "W16", "HGB"): "13.9",
    ("S13", "W16", "LDH"): "205",
    ("S13", "W16", "HAPTOG"): "48",
    ("S13", "W16", "RETI"): "2.4",
    ("S13", "W19", "HGB"): "14.6",
}
"""In the unit of most sites, whichever the site reports in."""

SIGNIFICANT = {
    ("S07", "W04", "AST"),
    ("S07", "W04", "ALT"),
    ("S13", "W13", "HGB"),
    ("S13", "W13", "LDH"),
    ("S13", "W13", "HAPTOG"),
    ("S13", "W13", "RETI"),
    ("S13", "UNS-1", "HGB"),
    ("S13", "UNS-1", "HAPTOG"),
    ("S13", "UNS-1", "RETI"),
}
"""Results outside their range that the investigator holds to be clinically significant; no other one is."""

REMARKS = {
    ("S07", "W31", "DDIMER"): "After coronary spasm; no sign of thrombosis",
    ("S13", "W13", "HGB"): "See adverse event Haemolysis",
}
