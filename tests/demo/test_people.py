import pytest

from demo.people import make_family, make_person


@pytest.mark.parametrize("seed", range(20))
def test_a_made_up_number_agrees_with_sex_and_birth(seed: int) -> None:
    person = make_person(seed)
    century, sex = divmod(int(person.personal_id[3]), 2)
    year = 1900 + 100 * century + int(person.personal_id[4:6])
    assert year == person.born.year
    assert ("Nam", "Nữ")[sex] == person.sex
    assert len(person.personal_id) == 12
    assert person.personal_id[6:9] == "000"


def test_the_same_seed_makes_the_same_family() -> None:
    assert make_family(4) == make_family(4)
    assert make_family(4) != make_family(5)


def test_a_child_has_its_fathers_name_and_home() -> None:
    family = make_family(2)
    assert family.child.full_name.split()[0] == family.father.full_name.split()[0]
    assert family.child.residence == family.mother.residence == family.father.residence
    assert family.child.born.year - family.mother.born.year >= 20
