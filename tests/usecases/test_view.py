from pathlib import Path

import pytest

from pipeline.errors import ObjectMissing
from pipeline.model.dossier import Manifest
from tests.usecases.fakes import SHORT_SCAN, TWO_SLIPS, House, open_house


@pytest.fixture
def house(home: Path) -> House:
    house = open_house(home, TWO_SLIPS)
    house.digitize(house.receive(SHORT_SCAN).batch.id)
    return house


@pytest.fixture
def manifest(house: House) -> Manifest:
    return list(house.archive.manifests())[1]


def test_a_document_is_found_in_its_dossier(house: House, manifest: Manifest) -> None:
    found, document = house.viewer.document(manifest.id, 1)

    assert found == manifest
    assert document == manifest.documents[0]
    assert house.viewer.pdf(document).startswith(b"%PDF-1.7")


@pytest.mark.parametrize("number", [0, 2])
def test_a_document_that_is_not_there_is_missing(
    house: House, manifest: Manifest, number: int
) -> None:
    with pytest.raises(ObjectMissing):
        house.viewer.document(manifest.id, number)


def test_pages_are_shown_by_their_number_in_the_scan(
    house: House, manifest: Manifest
) -> None:
    image = house.viewer.page_image(manifest.documents[0], 2, width=200)

    assert image.startswith(b"\x89PNG")
    with pytest.raises(ObjectMissing):
        house.viewer.page_image(manifest.documents[0], 1, width=200)
