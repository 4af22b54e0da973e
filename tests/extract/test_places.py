import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.places import known_words, respell_names, respell_places
from pipeline.model.unicode import fold, normalize


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Thôn Hai, xã Tân Thịnh, tính Thái Nguyên", "tỉnh Thái Nguyên"),
        ("Xã Yên Bình. tỉnh Lào Cai", "Xã Yên Bình, tỉnh Lào Cai"),
        ("xã Hòa Sơn, tỉnh Đăk Lăk", "tỉnh Đắk Lắk"),
        ("phường Vĩnh Trại, Lang Sơn", ", Lạng Sơn"),
        ("thành phố Hô Chí Minh", "thành phố Hồ Chí Minh"),
        ("XÃ MỘT, TỈNH NGHÊ AN", "TỈNH NGHỆ AN"),
    ],
)
def test_units_and_provinces_get_their_marks(read: str, meant: str) -> None:
    assert meant in respell_places(read)


@pytest.mark.parametrize(
    "text",
    [
        "xã Hoà Bỉnh, huyện Kỳ Sơn, tỉnh Hòa Bình",
        "xã Nặm Đăm",
        "Ban quản lý dự án, xa trung tâm",
        "cơ quan Công an",
        "",
    ],
)
def test_communes_and_sentences_stay_as_they_were_read(text: str) -> None:
    assert respell_places(text) == normalize(text)


@given(st.text())
def test_only_marks_and_one_kind_of_point_change(text: str) -> None:
    before, after = fold(normalize(text)), fold(respell_places(text))
    assert before.replace(".", ",") == after.replace(".", ",")


def test_words_of_closed_lists_are_known_only_with_all_their_marks() -> None:
    words = ["Ủy", "ban", "nhân", "dân", "xã", "Lạ,", "tỉnh", "Đắk", "Lắk"]
    known = known_words(words, ("Ủy ban nhân dân",))
    assert known == [True] * 5 + [False] + [True] * 3
    assert known_words(["tính", "Đăk", "Lắk"]) == [False, False, False]


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("Ủy, ban nhân dân xã Yên Bình", "Ủy ban nhân dân xã Yên Bình"),
        ("HỘI ĐỒNG. NHÂN DÂN xã Mẫu", "HỘI ĐỒNG NHÂN DÂN xã Mẫu"),
        ("Ủy ban nhân dân, Sở Tư pháp", "Ủy ban nhân dân, Sở Tư pháp"),
    ],
)
def test_specks_inside_an_agencys_first_words_go(text: str, spelt: str) -> None:
    assert respell_places(text) == spelt


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Phòng Tu pháp xã Hòa Sơn", "Phòng Tư pháp xã Hòa Sơn"),
        ("SỞ TU PHÁP", "SỞ TƯ PHÁP"),
        ("Phòng Tú", "Phòng Tú"),
        ("Thu pháp", "Thu pháp"),
    ],
)
def test_known_names_get_their_marks(read: str, meant: str) -> None:
    assert respell_names(read, ("Tư pháp", "Tư")) == meant
