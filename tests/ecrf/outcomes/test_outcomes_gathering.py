"""Numbers that come as one text are what they are one by one."""

from decimal import Decimal
from random import Random

import numpy as np
import pytest

from ecrf.outcomes.gathering import numbers_in


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "7",
        "-7",
        "12.50",
        "-0.05",
        "0.1,0.2,0.3",
        ",",
        "1,,3",
        ",1.5,",
        "739000,1,22",
        "999999999999.999,0.000000000000001",
        "9007199254740",
    ],
)
def test_each_number_is_the_fraction_that_it_is_alone(text):
    one_by_one = [float(number) if number else np.nan for number in text.split(",")]
    assert np.array_equal(numbers_in(text), one_by_one, equal_nan=True)


def test_every_measure_of_a_study_is_the_same_to_the_last_bit():
    random = Random(12)  # noqa: S311
    numbers = [Decimal(random.randint(-(10**9), 10**9)).scaleb(-random.randint(0, 6)) for _ in range(5000)]
    texts = [f"{number:f}" for number in numbers]
    assert numbers_in(",".join(texts)).tolist() == [float(text) for text in texts]
