from dataclasses import replace

import pytest

from pipeline.model.scan import Counter
from pipeline.model.template import Procedure
from pipeline.recipe import find_careful, make_recipe
from pipeline.settings import Settings

COUNTER = Counter("a", "A", "O", procedure="1.001193")
PROCEDURE = Procedure("1.001193", "Đăng ký khai sinh")


@pytest.mark.parametrize("default", [False, True])
@pytest.mark.parametrize("procedure", [None, False, True])
@pytest.mark.parametrize("counter", [None, False, True])
def test_a_counter_says_before_its_procedure_before_the_settings(
    counter: bool | None, procedure: bool | None, default: bool
) -> None:
    said = [word for word in (counter, procedure, default) if word is not None]
    found = find_careful(
        [replace(COUNTER, careful=counter)],
        [replace(PROCEDURE, careful=procedure)],
        default,
    )
    assert found == ({"a"} if said[0] else set())


def test_careful_readings_have_a_recipe_of_their_own() -> None:
    assert make_recipe(Settings()) != make_recipe(Settings(), careful=True)
