"""Tell in which unit an old address lies since 01/07/2025, beside what is written.

The written address stays as it is. Nothing is guessed: a commune that was split gives
all communes that got a part of it, and a person decides.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NoReturn

from pipeline.model.unicode import comparable

_DISTRICT = re.compile(r"\b(?:huyen|quan|thi xa|thanh pho|tp)\b")
"""Only an address of before has a district: since then there are none."""

_ISLANDS = frozenset(
    {"huyenbachlongvi", "huyenconco", "huyenhoangsa", "huyenlyson", "huyencondao"}
)
"""Districts that had no communes."""


@dataclass(frozen=True, slots=True)
class _Table:
    """Where the communes of 30/06/2025 lie now, by the keys of `vietnamadminunits`."""

    provinces: dict[str, str]
    whole: dict[str, str]
    """Commune of before to the commune that all of it is in."""

    split: dict[str, tuple[str, ...]]


@lru_cache(maxsize=4096)
def find_current_units(address: str) -> tuple[str, ...]:
    """Find the commune and province of an address of before 01/07/2025.

    Args:
        address: as printed, with commune, district and province.

    Returns:
        One unit, ``Phường Đông Kinh, Tỉnh Lạng Sơn``; several where the commune was
        split; none where the address is of the new form, incomplete or not understood.
    """
    if not _DISTRICT.search(comparable(address)):
        return ()
    old = _parse_old(address)
    if old is None or not _stands_in(old, address):
        return ()
    table = _table()
    province = table.provinces.get(old.province_key)
    key = f"{old.province_key}_{old.district_key}_{old.ward_key or ''}"
    wards = (table.whole[key],) if key in table.whole else table.split.get(key, ())
    if province is None:
        return ()
    return tuple(dict.fromkeys(_spell(ward, province) for ward in wards))


def _parse_old(address: str) -> Any | None:  # the library has no types
    from vietnamadminunits.parser import ParseMode, parse_address

    unit = parse_address(address, mode=ParseMode.LEGACY, keep_street=False, level=3)
    known = unit.province_key and unit.district_key
    return unit if known and (unit.ward_key or unit.district_key in _ISLANDS) else None


def _stands_in(unit: Any, address: str) -> bool:
    """Tell whether the units that were understood are really written there.

    The parser forgives much; a commune it made up would be a wrong one.
    """
    written = comparable(address)
    names = (unit.short_province, unit.short_district, unit.short_ward)
    return all(comparable(name) in written for name in names if name)


def _spell(ward: str, province: str) -> str:
    from vietnamadminunits.parser import ParseMode, parse_address

    unit = parse_address(f"{ward},{province}", mode=ParseMode.FROM_2025, level=2)
    return f"{unit.ward}, {unit.province}"


@cache
def _table() -> _Table:
    converter = _without_network()
    whole, split = {}, {}
    for wards in converter.DICT_PROVINCE_WARD_NO_DIVIDED.values():
        for new, olds in wards.items():
            whole.update(dict.fromkeys(olds, new))
    for olds in converter.DICT_PROVINCE_WARD_DIVIDED.values():
        for old, news in olds.items():
            split[old] = tuple(new["newWardKey"] for new in news)
    provinces = {
        old: new for new, olds in converter.DICT_PROVINCE.items() for old in olds
    }
    return _Table(provinces, whole, split)


def _without_network() -> Any:
    """Load the library's tables and bar its geocoder.

    `convert_address` asks ArcGIS over the network where a split commune has a street:
    it would send a citizen's address abroad. It is not called here; should it ever be,
    it must fail instead.
    """
    from vietnamadminunits.converter import converter_2025
    from vietnamadminunits.parser import utils

    for module in (converter_2025, utils):
        module.get_geo_location = _refuse
    return converter_2025


def _refuse(*_address: object) -> NoReturn:
    raise RuntimeError("an address must not leave this machine")
