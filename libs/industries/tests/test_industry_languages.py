"""Names of trades in Chinese, Malay and Tamil, and LinkedIn's names of industries."""

import pytest

from industries import vocabulary
from industries.language.text.words import folded_words, normalise
from testkit.register.industries import codes_2020, index_2020


def meant_by(text: str) -> list[str]:
    return [industry.code for industry in index_2020().resolve([text]).industries]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("餐馆", ["56111"]),
        ("餐館", ["56111"]),
        ("装修公司", ["43301"]),
        ("物流", ["521", "5224", "5229"]),
        ("我要找新加坡的律师事务所和会计事务所", ["691", "692"]),
        ("做装修的公司", ["43301"]),
        ("物流公司名单", ["521", "5224", "5229"]),
        ("find 餐馆 please", ["56111"]),
        ("kedai makan", ["56111"]),
        ("Restoran", ["56111"]),
        ("syarikat pembinaan", ["F"]),
        ("cari klinik gigi", ["86204"]),
        ("உணவகம்", ["56111"]),
        ("சிங்கப்பூரில் உணவகங்கள்", ["56111"]),
        ("மருத்துவமனை", ["861"]),
        ("我要宠物美容店的名单", ["96095"]),
        ("殡葬业", ["96030"]),
        ("船务代理", ["52222"]),
        ("saya mahu senarai restoran", ["56111"]),
    ],
)
def test_trades_are_known_in_the_languages_of_singapore(text: str, codes: list[str]) -> None:
    """Alone, with the words of a request around them, and inside an English sentence."""
    assert meant_by(text) == codes


def test_a_place_in_chinese_or_malay_narrows_the_request() -> None:
    """It is the same place."""
    for text in ("淡滨尼的餐馆", "cari restoran di Tampines"):
        resolution = index_2020().resolve([text])
        assert [place.sectors for place in resolution.places] == [("52",)]
        assert [industry.code for industry in resolution.industries] == ["56111"]


@pytest.mark.parametrize("talk", ["我昨天在餐馆吃饭", "餐厅很贵", "saya makan di restoran", "クリーニング"])
def test_a_sentence_in_another_language_is_talk(talk: str) -> None:
    """A known trade among unknown words asks for nothing."""
    assert index_2020().resolve([talk]).codes == ()


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Glass, Ceramics and Concrete Manufacturing", ["23"]),
        ("Hospitals and Health Care", ["86"]),
        ("hospitals & health care", ["86"]),
        ("Truck Transportation", ["4923"]),
        ("Technology, Information and Internet", ["62", "63"]),
    ],
)
def test_linkedin_names_map_to_codes(name: str, codes: list[str]) -> None:
    """Their commas are part of the name."""
    assert (meant_by(name), index_2020().resolve([name]).confidence) == (codes, 1.0)


def test_every_linkedin_name_means_exactly_its_codes() -> None:
    """All of them exist. A name that is also a title or a phrase of the trade has the meaning of that."""
    known = {code.code for code in codes_2020()}
    lexicon = index_2020()._lexicon
    for name, codes in vocabulary.linkedin().items():
        assert set(codes) <= known, name
        words = tuple(folded_words(normalise(name)))
        if words in lexicon.wholes or lexicon.is_phrase(words):
            assert index_2020().resolve([name]).codes, name
            continue
        below = {key for code in codes for key in index_2020().beneath("2020", code)}
        assert set(index_2020().resolve([name]).codes) == below, name
