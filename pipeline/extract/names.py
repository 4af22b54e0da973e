"""How names of people are usually written: a rare spelling is looked at by a person.

A lost or doubled mark makes another name of a name: Tuấn, Tuân, Tuần. Nothing is
corrected here, and names in no list, as of the minorities, are not doubted.
"""

from pipeline.model.unicode import fold, normalize, place_tones

_FAMILIES = """
    an âu ân bạch bành bế bùi cam cao cấn châu chu chử chung cù cung cư dư dương đàm đan
    đào đặng đậu điền điêu đinh đỗ đoàn đổng đồng giang giàng giáp hà hạ hán hầu hồ hoa
    hoàng hờ hứa huỳnh kha khang khổng khúc khuất khương kiều kim kỷ la lã lại lâm lang
    lăng lầu lê lều liễu lò lỗ lộc lợi lù lục lư lữ lương lưu lý ma mã mạc mạch mai mâu
    mẫn mông mùa nghiêm nghị ngô ngụy nguyễn nhâm nhan nhữ ninh nông ông phạm phan phí
    phó phù phùng phương quách quan quản quàng sầm siu sùng tạ tăng tào tẩn thạch thái
    thẩm thân thang thào thiều tiêu tô tôn tòng tống trà trác trang tráng trần triệu
    trịnh trình trương từ tưởng ứng uông văn vàng vì vi viên võ vũ vương vừ xa yên
"""

_OTHERS = """
    ái an ân anh ánh ba bá bách bạch băng bằng bắc bảo bích biên bình bính bội bửu ca
    cảnh cao cát cầm cẩm cần cẩn chánh chấn châu chi chí chiến chiêu chinh chính chung
    chuyên chương công cúc cương cường danh dân diễm diên diệp diệu du duẩn dung dũng
    duy duyên duyệt dương dưỡng đài đại đan đàn đào đạo đạt đăng đắc điền điển điệp đình
    định đoan đoàn đô độ đông đồng đức đường gấm gia giang giao giáp hà hạ hải hàn hân
    hạnh hào hảo hạo hằng hậu hiên hiền hiển hiến hiệp hiếu hiệu hoa hòa hóa hoài hoan
    hoàn hoàng hoạt hồ hội hồng hợi hợp huân huấn huế huệ hùng huy huyên huyền huỳnh
    hưng hương hường hướng hưởng hữu kha khả khai khải khang khanh khánh khắc khiêm
    khiết khoa khôi khởi khuê khương kiên kiệt kiều kim kính kỳ kỷ lạc lai lài lam lâm
    lan lành lân lập lê lệ liêm liên liễu linh lĩnh loan long lộc lợi luân luận luật lụa
    lực lương lượng lưu ly lý mai mạnh mẫn mận mậu mẫu mây mến mi minh mơ my mỹ na nam
    năm nga ngà ngân nghi nghị nghĩa nghiêm ngoan ngọ ngọc ngôn nguyên nguyện nguyệt nhã
    nhàn nhạn nhân nhẫn nhất nhật nhi nhiên như nhung nhựt ninh nương oanh phát phấn phi
    phong phú phúc phụng phước phương phượng quân quang quảng quế quý quốc quy quyên
    quyền quyến quyết quỳnh sa san sang sáng sâm sen sinh song sơn sĩ sỹ sửu tài tâm tân
    tấn thạch thái thanh thành thảo thắm thắng thân thế thêm thi thị thiên thiện thiệu
    thịnh thoa thoại thọ thơ thơm thu thuần thuận thuật thục thúy thùy thủy thụy thư
    thương thường thức tiên tiến tiền tiếp tiệp tín tính tình tịnh tố tôn toan toàn toản
    trà trang tráng trâm trân tri trí triết triều triệu trinh trình trọng trúc trung
    truyền trường trưởng tú tuân tuấn tuệ túc tùng tuyên tuyến tuyền tuyết tư tứ tường
    tưởng uyên uyển vân vạn văn vận vi vĩ vị viên viễn viết việt vinh vĩnh vọng võ vũ
    vui vương vượng vy xoan xuân xuyến ý yên yến
"""


def _listed(words: str) -> dict[str, frozenset[str]]:
    """Spellings by their folded form."""
    found: dict[str, frozenset[str]] = {}
    for word in normalize(words).split():
        found[fold(word)] = found.get(fold(word), frozenset()) | {place_tones(word)}
    return found


_FAMILY_SPELLINGS = _listed(_FAMILIES)
_OTHER_SPELLINGS = _listed(_OTHERS)


def is_rare_spelling(name: str) -> bool:
    """Tell whether a word of *name* is usually written with other marks.

    >>> is_rare_spelling("Nguyên Văn Hùng"), is_rare_spelling("Vàng A Páo")
    (True, False)
    """
    family, *others = place_tones(normalize(name)).lower().split() or [""]
    return not _is_usual(family, _FAMILY_SPELLINGS) or not all(
        _is_usual(word, _OTHER_SPELLINGS) for word in others
    )


def _is_usual(word: str, spellings: dict[str, frozenset[str]]) -> bool:
    return word in spellings.get(fold(word), frozenset({word}))
