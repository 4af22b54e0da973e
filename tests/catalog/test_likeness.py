from pipeline.catalog.catalog import SqlCatalog
from tests.catalog.made_up import a_document, a_manifest

APPLICATION = (
    "Tờ khai đăng ký lại khai sinh. Kính gửi Ủy ban nhân dân xã Mẫu Sơn. "
    "Họ tên người yêu cầu Nguyễn Thị Mẫu, số định danh 079203001234, sinh ngày "
    "5/3/2003, nơi cư trú thôn Hai, điện thoại 0912345678"
)
CARD = (
    "Căn cước công dân số 079203001234 họ và tên Nguyễn Thị Mẫu ngày sinh "
    "05/03/2003 giới tính nữ có giá trị đến 05/03/2043"
)
OTHER = APPLICATION.replace("079203001234", "079203004321").replace("5/3/", "6/3/")


def file_dossier(catalog: SqlCatalog, name: str, *texts: str) -> None:
    papers = tuple(
        a_document(number, dossier_id=name) for number in range(1, len(texts) + 1)
    )
    catalog.index(a_manifest(name, *papers, batch_id=f"batch-{name}"), texts)


def test_the_same_papers_in_another_batch_are_found(catalog: SqlCatalog) -> None:
    file_dossier(catalog, "d1", APPLICATION, CARD)
    file_dossier(catalog, "d2", OTHER, "tờ bìa")

    again = [CARD.upper(), APPLICATION.replace("thôn Hai", "thôn Hài")]
    assert catalog.find_alike(again, "batch-d3") == ("d1",)


def test_papers_of_the_same_batch_do_not_count(catalog: SqlCatalog) -> None:
    file_dossier(catalog, "d1", APPLICATION, CARD)
    assert catalog.find_alike([APPLICATION, CARD], "batch-d1") == ()


def test_a_card_that_comes_with_a_new_application_is_no_double(
    catalog: SqlCatalog,
) -> None:
    file_dossier(catalog, "d1", APPLICATION, CARD)
    assert catalog.find_alike([OTHER, CARD], "batch-d2") == ()


def test_both_dossiers_name_each_other(catalog: SqlCatalog) -> None:
    file_dossier(catalog, "d1", APPLICATION, CARD)
    file_dossier(catalog, "d2", CARD, APPLICATION)

    assert catalog.find_alike_of("d1") == ("d2",)
    assert catalog.find_alike_of("d2") == ("d1",)
    assert catalog.find_alike_of("unknown") == ()


def test_values_of_fields_do_not_make_a_paper_another(catalog: SqlCatalog) -> None:
    read = a_document(1, dossier_id="d1", ngay_sinh="2003-03-05", so="079203001234")
    catalog.index(a_manifest("d1", read, batch_id="b1"), (CARD,))

    assert catalog.find_alike([CARD], "b2") == ("d1",)


def test_a_rebuild_finds_them_again(catalog: SqlCatalog) -> None:
    file_dossier(catalog, "d1", APPLICATION)
    catalog.begin_rebuild()
    assert catalog.find_alike([APPLICATION], "b2") == ()

    file_dossier(catalog, "d1", APPLICATION)
    assert catalog.find_alike([APPLICATION], "b2") == ("d1",)
