from pipeline.web.memory import Kept


def test_what_was_not_used_for_longest_goes_first() -> None:
    kept: Kept[str, int] = Kept(2)
    kept.keep("a", 1)
    kept.keep("b", 2)
    kept.find("a")
    kept.keep("c", 3)
    assert [kept.find(key) for key in "abc"] == [1, None, 3]


def test_the_weight_of_all_is_bounded() -> None:
    kept: Kept[int, bytes] = Kept(100, weigh=len)
    for key in range(50):
        kept.keep(key, b"x" * 30)
    assert [key for key in range(50) if kept.find(key)] == [47, 48, 49]


def test_what_weighs_too_much_is_not_kept() -> None:
    kept: Kept[str, bytes] = Kept(10, weigh=len)
    kept.keep("a", b"x" * 11)
    assert kept.find("a") is None


def test_a_value_put_again_counts_once() -> None:
    kept: Kept[str, bytes] = Kept(10, weigh=len)
    kept.keep("a", b"x" * 6)
    kept.keep("a", b"y" * 6)
    assert kept.find("a") == b"yyyyyy"


def test_an_old_value_is_forgotten() -> None:
    seconds = [0.0]
    kept: Kept[str, int] = Kept(9, seconds=5, clock=lambda: seconds[0])
    kept.keep("a", 1)
    seconds[0] = 4.9
    assert kept.find("a") == 1
    seconds[0] = 5.0
    assert kept.find("a") is None
