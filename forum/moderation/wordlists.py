"""Words by what they are used for: trade, law, praise of a page. General lists only: no product, firm or person is named here.

Which of them matter in a text is decided in ``wording``. A word that the article uses is no sign of anything under it.
"""

from functools import cache, lru_cache
from pathlib import Path

# What is hardly ever written without something being sold or sued for.
_TRADE = """
law: lawsuit litigation attorney settlement mesothelioma malpractice plaintiff solicitor tort injury-lawyer paralegal
money: casino poker betting gambling jackpot payday mortgage refinance forex bitcoin crypto cryptocurrency lender loan remortgage
    annuity timeshare investor dividend bookmaker
sale: discount coupon promo voucher wholesale wholesaler retailer dropshipping affiliate franchise reseller bargain clearance
marketing: seo backlink backlinks serp adwords copywriting branding webmaster freelancer influencer
medicine: viagra cialis levitra tramadol phentermine xanax steroids kratom cbd gummies nootropic detox keto slimming herbalist
    liposuction rhinoplasty botoxed veneers invisalign lasik microblading surrogacy
home: realtor realty plumber plumbing roofing locksmith hvac carpet movers relocation landscaping chauffeur limousine
travel: itinerary resort cruise charter safari visa-service homestay
study: dissertation essay-writing coursework homework-help tutoring admission-consultant mba
other: escort escorts dating astrologer psychic spellcaster replica outsourcing
"""

# What is offered or claimed, and how: alone it says nothing, beside others or a rare name it makes a phrase that people
# search for.
_OFFER = """
law: lawyer claim claims compensation recall recalled damages payout legal class-action sue suing
goods: replacement implant mesh device brace mattress recliner scooter stairlift wheelchair ramp machine gadget supplement
    supplements pills capsules tablets cream gel serum oil tea patch powder formula kit chair pillow shoes insoles massager
    tracker app software gloves belt bracelet
services: clinic agency company firm provider supplier manufacturer contractor specialist specialists consultant consulting
    service services installation rental repair cleaning removal transplant makeover therapy-centre package tours hospital
    insurance coverage financing credit quote quotes consultation appointment booking
shop: buy order online shop store price prices pricing cost costs cheap cheapest affordable sale deals offer offers shipping
    delivery guaranteed guarantee trial subscription brand branded review reviews rated
rank: best top leading trusted professional experienced certified premium quality reputable exclusive ultimate
"""

_PAGES = (
    "blog blogs post posts posting article articles site website webpage page content info information weblog write-up writeup"
)
# What advertisers call any page.
_VENUES = "blog blogs weblog website webpage webmaster writeup write-up blogger content"
_PRAISE = """
nice great good wonderful awesome amazing excellent informative useful helpful interesting valuable fantastic impressive superb
insightful brilliant lovely pleasure nicely superbly wonderfully perfect enlightening worthwhile knowledgeable love
loved like liked enjoyed happy glad pleased delighted appreciate
thank thanks thankful grateful kudos bookmark bookmarked recommend
"""
_FUNCTION = """
a about after again all also am an and any are as at be because been before being but by can could did do does doing
done each even
for from get gets getting give gives go going got had has have having he her here hers him his how i if in into is it its just let
may me might mine more most much must my no nor not now of off on once only or other our ours out over own same she
should since so
some still such than that the their theirs them then there these they this those though through to too under until up upon us very
was we were what when where which while who whom why will with without would you your yours im ive id dont didnt cant wont isnt
doesnt wasnt youre hes shes were theyre thats gave make makes made take takes took use used using want wanted need needed know
think try tried trying help helps helped let say says said tell told see saw one two three every really always never often usually
"""

# How medical words are made: a word like these is rare, but nobody's brand.
MEDICAL_ENDINGS = (
    "itis", "osis", "oses", "oma", "emia", "aemia", "ectomy", "otomy", "ostomy", "plasty", "pathy", "plegia", "plegic", "paresis",
    "algia", "trophy", "tonia", "tonic", "clonus", "spasm", "spasms", "spastic", "sclerosis", "scopy", "gram", "graphy", "logist",
    "logy", "therapy", "cillin", "mycin", "azole", "prazole", "olol", "pril", "sartan", "statin", "pam", "lam", "zepam", "idine",
    "afen", "lene", "pentin", "balin", "triptan", "toxin", "mab", "vir", "ine", "ide", "ate", "ase", "ism", "oid", "ular", "eal",
)  # fmt: skip


def _read(text: str) -> frozenset[str]:
    words = (word for line in text.split() for word in [line] if not line.endswith(":"))
    return frozenset(words)


TRADE, OFFER = _read(_TRADE), _read(_OFFER)
PAGES, VENUES, PRAISE, FUNCTION = _read(_PAGES), _read(_VENUES), _read(_PRAISE), _read(_FUNCTION)


@cache
def common_words() -> frozenset[str]:
    """Return the common words of English."""
    text = (Path(__file__).parent / "data" / "common_words.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def stems(word: str) -> list[str]:
    """Return ``word`` and what may be left of it without an English ending."""
    found = [word]
    if word.endswith("ies"):
        found.append(word[:-3] + "y")
    for ending in ("s", "es", "ed", "d", "ing", "ly", "er", "ers", "r", "est"):
        base = word.removesuffix(ending)
        if base == word or len(base) < 3:
            continue
        found.append(base)
        if ending in ("ed", "ing", "er", "ers"):
            found.append(base + "e")
            if base[-1] == base[-2]:
                found.append(base[:-1])
    return found


@lru_cache(maxsize=20_000)
def is_common(word: str) -> bool:
    """Tell whether ``word``, in small letters, or what it comes from, is a common word of English."""
    return not common_words().isdisjoint(stems(word))


def is_listed(word: str, words: frozenset[str]) -> bool:
    """Tell whether ``word``, in small letters, or its singular stands in one of the lists of this module."""
    return word in words or (word.endswith("s") and word[:-1] in words)
