import pytest

from pipeline.extract.phrases import respell


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Quy định chỉ tiết thi hành", "Quy định chi tiết thi hành"),
        ("để bố sung hồ sơ", "để bổ sung hồ sơ"),
        ("Bố sung hồ sơ", "Bổ sung hồ sơ"),
        ("CHỈ TIẾT", "CHỈ TIẾT"),
        ("một câu khác", "một câu khác"),
    ],
)
def test_common_phrases_get_their_marks_back(read: str, meant: str) -> None:
    assert respell(read) == meant
