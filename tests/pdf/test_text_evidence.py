import pytest

from pipeline.pdf.text_evidence import is_written_text

LAW = (
    "Căn cứ Luật Hộ tịch ngày 20 tháng 11 năm 2014; Xét đề nghị của công chức tư pháp "
    "- hộ tịch, QUYẾT ĐỊNH: Điều 1. Cấp trích lục khai sinh cho công dân. Số: "
    "154/QĐ-UBND, mức phí 50.000 đồng, nhiệt độ 25 °C, “trong ngoặc kép” § 3 "
    "☐ có ☑ không"
)
PLAIN = (
    "Can cu Luat Ho tich ngay 20 thang 11 nam 2014 Xet de nghi cua cong chuc tu phap "
    "ho tich quyet dinh dieu cap trich luc khai sinh cho cong dan theo quy dinh "
    "phap luat"
)
ENGLISH = (
    "This report describes the results of the survey that was carried out between "
    "January and March and lists those questions which should still be answered by "
    "the provincial departments before the end of this year"
)


@pytest.mark.parametrize("text", [LAW, ENGLISH, "Trang 3", "This is a test document."])
def test_written_text_is_known(text: str) -> None:
    assert is_written_text(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "Céng hßa x· héi chñ nghÜa ViÖt Nam §éc lËp - Tù do - H¹nh phóc",
        "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam Ñoäc laäp Töï do Haïnh phuùc",
        "&Ý1*\u0003+Ñ$\u0003;­\u0003+Ì,\u0003&+Ü\u00031*+Ƭ$\u00039,ӊ7\u00031$0",
        "\ufffd\ufffd\ufffd \ufffd\ufffd",
        "\ue001\ue002\ue003 \ue004\ue005",
        "DJWKHF KLTQRXZ BVNMKL GHTRWPQ ZXCVBN",
        "Fdqb fu Oxdw Jldr glfk glhq wx qjdb wkdqj qdp jkmn qrstv",
        "@@## $$%% ^^&& **(( ))--",
        PLAIN,
        "",
    ],
    ids=[
        "TCVN3 as Latin-1",
        "VNI as Latin-1",
        "a subset font shifted by 29",
        "replacement characters",
        "private use",
        "no vowels",
        "short words of a shifted alphabet",
        "no letters",
        "diacritics lost",
        "nothing",
    ],
)
def test_the_letters_of_a_broken_font_are_not_text(text: str) -> None:
    assert not is_written_text(text.split())
