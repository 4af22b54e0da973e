"""Everything that draws a paper, wears it out and writes it as a file.

Pages are A4, 200 dpi unless told otherwise, and come with what is printed on them::

    family = make_family(seed=1)
    receipt = draw_receipt(family.father, "H15.50.05.13-261008-0975")
    form = draw_birth_declaration(family)
    worn = receipt.through(tilted, 1.5).through(speckled, 0.01)
    pdf = to_pdf([worn, *form], mode="g4")
"""

from demo.administrative import Administrative, draw_administrative, to_date_line
from demo.cards import draw_id_card, to_mrz
from demo.civil import (
    Application,
    draw_application,
    draw_birth_certificate,
    draw_birth_declaration,
)
from demo.codes import draw_code128, draw_qr
from demo.files import to_jpeg, to_pdf, to_png, to_tiff
from demo.fonts import Face, find_font
from demo.forms import FILLED, PRINTED, STYLES, TYPED, WRITTEN, Style, draw_form
from demo.people import Family, Person, make_family, make_person, of_a_minority
from demo.plain import blank_back, draw_patch_t, page_of_text
from demo.receipt import FORMS, PAGES, Listed, Receipt, draw_receipt
from demo.separators import (
    draw_code_sheet,
    draw_labelled,
    draw_printed,
    with_sticker,
)
from demo.sheet import BLUE, INK, PAPER, DrawnPage, Pixels, Sheet
from demo.wear import (
    bilevel,
    bled_through,
    blurred,
    gray,
    jpeg,
    speckled,
    tilted,
    turned,
    uneven_light,
    with_seal,
    with_stamp,
    with_staple,
)

__all__ = [
    "BLUE",
    "FILLED",
    "FORMS",
    "INK",
    "PAGES",
    "PAPER",
    "PRINTED",
    "STYLES",
    "TYPED",
    "WRITTEN",
    "Administrative",
    "Application",
    "DrawnPage",
    "Face",
    "Family",
    "Listed",
    "Person",
    "Pixels",
    "Receipt",
    "Sheet",
    "Style",
    "bilevel",
    "blank_back",
    "bled_through",
    "blurred",
    "draw_administrative",
    "draw_application",
    "draw_birth_certificate",
    "draw_birth_declaration",
    "draw_code128",
    "draw_code_sheet",
    "draw_form",
    "draw_id_card",
    "draw_labelled",
    "draw_patch_t",
    "draw_printed",
    "draw_qr",
    "draw_receipt",
    "find_font",
    "gray",
    "jpeg",
    "make_family",
    "make_person",
    "of_a_minority",
    "page_of_text",
    "speckled",
    "tilted",
    "to_date_line",
    "to_jpeg",
    "to_mrz",
    "to_pdf",
    "to_png",
    "to_tiff",
    "turned",
    "uneven_light",
    "with_seal",
    "with_stamp",
    "with_staple",
    "with_sticker",
]
