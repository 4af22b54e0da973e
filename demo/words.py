"""Write a date in Vietnamese words, as registers demand."""

from datetime import date

_ONES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def in_words(day: date) -> str:
    """Write *day* out: ``ngày mười lăm tháng hai năm một nghìn chín trăm …``."""
    month = "tư" if day.month == 4 else below_hundred(day.month)
    return f"Ngày {below_hundred(day.day)} tháng {month} năm {_year(day.year)}"


def below_hundred(number: int) -> str:
    """Write a number from 1 to 99."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _ONES[ones]
    head = "mười" if tens == 1 else f"{_ONES[tens]} mươi"
    if ones == 0:
        return head
    last = {5: "lăm", 1: "mốt" if tens > 1 else "một"}.get(ones, _ONES[ones])
    return f"{head} {last}"


def _year(year: int) -> str:
    hundreds, rest = divmod(year % 1000, 100)
    words = f"{_ONES[year // 1000]} nghìn {_ONES[hundreds]} trăm"
    if rest == 0:
        return words
    return f"{words} {'lẻ ' if rest < 10 else ''}{below_hundred(rest)}"
