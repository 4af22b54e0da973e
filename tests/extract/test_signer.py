from pipeline.extract.signer import Signer, find_signer
from tests.extract.typed import Row, page


def signer_of(*rows: Row) -> Signer | None:
    return find_signer([page((340, 300, "Điều 1.")), page(*rows, number=2)])


RECIPIENTS: Row = (200, 1600, "Nơi nhận:")


def test_the_name_below_the_office_is_the_signer() -> None:
    signer = signer_of(
        RECIPIENTS,
        (1000, 1600, "TM. ỦY BAN NHÂN DÂN"),
        (1080, 1640, "CHỦ TỊCH"),
        (1040, 1900, "Trần Thị Mẫu"),
        (200, 1900, "Lưu Văn Thư"),
    )
    assert signer is not None
    assert (signer.value, signer.page, signer.known_family) == ("Trần Thị Mẫu", 2, True)


def test_a_rank_is_not_part_of_the_name() -> None:
    rows = ((1080, 1600, "BỘ TRƯỞNG"), (960, 1900, "Đại tướng Lương Mẫu"))
    signer = signer_of(*rows)
    assert signer is not None
    assert signer.value == "Lương Mẫu"


def test_a_name_hidden_by_its_seal_is_for_a_person() -> None:
    signer = signer_of(RECIPIENTS, (1080, 1600, "BỘ TRƯỞNG"), (1100, 1900, "gọc D"))
    assert signer is not None
    assert (signer.value, signer.raw) == (None, "gọc D")


def test_a_file_that_was_cut_has_no_signer() -> None:
    assert signer_of((340, 300, "Điều 5. Hiệu lực"), (340, 400, "Nguyễn Văn A")) is None


def test_an_unsigned_form_has_no_signer() -> None:
    rows = ((1000, 1600, "Người làm đơn"), (980, 1640, "(Ký, ghi rõ họ tên)"))
    assert signer_of(*rows) is None


def test_a_form_is_signed_by_a_citizen() -> None:
    rows = ((1000, 1600, "Người làm đơn"), (980, 1640, "(Ký, ghi rõ họ tên)"))
    signer = signer_of(*rows, (1000, 1800, "Lò Thị Mẫu"))
    assert signer is not None
    assert signer.value == "Lò Thị Mẫu"


def test_what_a_signature_left_before_the_name_is_not_part_of_it() -> None:
    rows = ((1080, 1600, "CHỦ TỊCH"), (1000, 1900, "Ñ 4 Nguyễn Văn Mẫu"))
    signer = signer_of(*rows)
    assert signer is not None
    assert signer.value == "Nguyễn Văn Mẫu"
    assert signer.raw == "Ñ 4 Nguyễn Văn Mẫu"


def test_a_name_that_lost_its_beginning_does_not_stand_below_the_office() -> None:
    whole = signer_of((1080, 1600, "CHỦ TỊCH"), (1040, 1900, "Lê Thị Mẫu"))
    rest = signer_of((1080, 1600, "CHỦ TỊCH"), (1180, 1900, "Lê Mẫu"))
    assert whole is not None
    assert rest is not None
    assert (whole.centred, rest.centred) == (True, False)
