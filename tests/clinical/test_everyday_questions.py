"""What patients, parents and new nurses ask, in the words they use, and the page that has to come first."""

import math
import shutil
from pathlib import Path

import pytest
from django.conf import settings

from clinical.articles import Audience
from clinical.library import Library, load

LIBRARY = load(settings.CONTENT_DIR)

PATIENTS_AND_FAMILIES = """
    how do I get through the first night | day1
    why do I feel so bad | what-is-withdrawal
    is withdrawal dangerous | what-is-withdrawal
    can you die from withdrawal | what-is-withdrawal
    when does the worst part end | day2-3
    how many days until I feel normal | timeline
    I keep throwing up my methadone | stomach
    can't hold anything down | stomach
    my legs won't stop moving at night | aches
    my whole body hurts | aches
    everything makes me cry | anxiety-mood
    I feel like dying | anxiety-mood
    hearing voices | anxiety-mood
    what if I use just once after I get out | lost-tolerance
    is methadone just another addiction | dependence-tolerance-addiction
    do I have to go to counseling to get my medicine | counselling-types
    how soon can I start suboxone | buprenorphine
    why did I get worse after my first strip | buprenorphine
    does the vivitrol shot stop cravings | naltrexone
    what is lofexidine | clonidine-lofexidine
    dizzy when I stand up | clonidine-lofexidine
    dose makes me sleepy | dose-adjust
    how to use narcan | overdose-naloxone
    my son is coming home from detox | helping-loved-one
    my daughter will not get help | helping-loved-one
    how do I talk to my wife about her drug use | helping-loved-one
    what should I not say to him | stigma
    can the nurses call the cops on me | rights-privacy
    will my employer find out | rights-privacy
    can I see my chart | rights-privacy
    what is in street fentanyl | polydrug
    I drink every day too | polydrug
    my arm is red where I shot up | infections
    I might be pregnant | pregnancy
    will they take my baby | pregnancy
    my heart is pounding | heart
    eyes watering and yawning | runny-nose-eyes
    hot and cold sweats | sweats-chills-fever
    nothing is fun anymore | thinking-energy-sex
    can't get hard | thinking-energy-sex
    where do I live after this | after-detox
    NA meeting near me | support-groups
    how to come off suboxone | tapering-off-medicine
    what can I eat | coping-kit
    can I smoke weed for this | polydrug
    bored and want to use | cravings
    what does 14 on the COWS mean | scales-explained
    visiting hours what can I bring | helping-loved-one
    why do they test my pee | dose-adjust
    prizes for negative tests | contingency-management
    need someone now | call-staff-now
    feel flat two weeks later | after-week1
    how does fentanyl change the brain | how-opioids-act
    what happens in detox | medical-detox
    how long will I be sick | timeline
    I want to go home now | lost-tolerance
    dopesick help | what-is-withdrawal
    my roommate took something | overdose-naloxone
    can I take my own ibuprofen | aches
    tylenol | aches
    imodium | stomach
    lost my job | after-detox
    cant poop | stomach
    skin crawling | sweats-chills-fever
    kratom | polydrug
    is my son in your hospital | helping-loved-one
    sad | anxiety-mood
    scared | anxiety-mood
    headache | call-staff-now
    not hungry | coping-kit
    what if medicine stops working | dose-adjust
    how strong is fentanyl withdrawal | timeline
    nightmares | sleep
    can I leave whenever I want | lost-tolerance
    forced to go by judge | forced-treatment
    counselor | counselling-types
    day 5 still sick | day4-7
    day two | day2-3
    taking two opioids together | timeline
    how do I do rescue breathing | overdose-naloxone
    I feel sick all the time | what-is-withdrawal
    why am I so cold | sweats-chills-fever
    I can't stop sweating | sweats-chills-fever
    cramps in my stomach | stomach
    is it normal to have diarrhea for days | stomach
    I want to sign myself out | lost-tolerance
    haven't slept in three days | sleep
    what pills help with withdrawal | medicines-overview
    will suboxone make me sick | buprenorphine
    how does naltrexone work | naltrexone
    do I have to go to the methadone clinic every day | methadone
    can I drive on methadone | methadone
    my boyfriend overdosed what do I do | overdose-naloxone
    how do I know if it is an overdose | overdose-naloxone
    where can I get narcan | overdose-naloxone
    my mom is using heroin | helping-loved-one
    should I kick him out | helping-loved-one
    is it my fault my son is addicted | helping-loved-one
    can I go back to work after | after-detox
    I need to see my kids | helping-loved-one
    I can't stop thinking about dope | cravings
    how do I stop wanting it | cravings
    I hate myself | anxiety-mood
    panic | anxiety-mood
    am I going crazy | anxiety-mood
    my nose won't stop running | runny-nose-eyes
    why are my pupils huge | runny-nose-eyes
    my legs are twitching | aches
    I have a lump where I inject | infections
    do you test for HIV here | infections
    can I get off opioids while pregnant | pregnancy
    is tranq in fentanyl | polydrug
    I took xanax yesterday | polydrug
    I have afib | heart
    what is a COWS score | scales-explained
    is there an alternative to AA | support-groups
    what is CBT | counselling-types
    is addiction a disease | dependence-tolerance-addiction
    how long does fentanyl stay in your system | timeline
    tired all the time after detox | thinking-energy-sex
    will I ever feel joy again | thinking-energy-sex
    I used last night and now I feel guilty | return-to-use
    do I need rehab after this | after-detox
    how long do people take suboxone | buprenorphine
    blood pressure pill for withdrawal | clonidine-lofexidine
    medicine doesn't last all day | dose-adjust
    can my parents see my record | rights-privacy
    gift card program | contingency-management
    how do I make her want to quit | cra
    what words should I use | stigma
    can I shower | coping-kit
    breathing exercises | coping-kit
    my friend is turning blue | overdose-naloxone
    I'm scared of withdrawal | anxiety-mood
    how bad will it get | what-is-withdrawal
    day 3 is hell | day2-3
    what is going on with my body | what-is-withdrawal
    how much longer will this last | timeline
    I can't keep anything down | stomach
    my back is killing me | aches
    I'm freezing and sweating | sweats-chills-fever
    why can't I sleep | sleep
    I feel hopeless | anxiety-mood
    I want to leave right now | lost-tolerance
    is suboxone better than methadone | medicines-overview
    can I drink on methadone | polydrug
    sublocade | buprenorphine
    what is the vivitrol shot | naltrexone
    can I overdose on suboxone | overdose-naloxone
    is narcan free | overdose-naloxone
    how do I help my brother | helping-loved-one
    can I have my husband committed | forced-treatment
    my daughter relapsed | helping-loved-one
    what do I do when a craving hits | cravings
    my brain is foggy | thinking-energy-sex
    does methadone rot your teeth | methadone
    will I lose my kids if I take methadone | rights-privacy
    are my results private | rights-privacy
    smart recovery | support-groups
    what kind of therapy works | counselling-types
    what does dependence mean | dependence-tolerance-addiction
    xylazine | polydrug
    I got hep c | infections
    my heart is beating fast | heart
    stomach hurts | stomach
    yawning | runny-nose-eyes
    what should I eat when sick | stomach
    what happens after detox | after-detox
    how to stop suboxone safely | tapering-off-medicine
    is this dose too much | dose-adjust
    seizures | polydrug
    I used drugs in here | return-to-use
    what can family do | helping-loved-one
    dehydrated | stomach
    when do cravings go away | cravings
    is it ok to walk around | coping-kit
    how do I calm down | anxiety-mood
    how many times is too many to throw up | stomach
    what is a film | buprenorphine
    do I have to take methadone forever | methadone
    what if I miss a dose | dose-adjust
    what do nurses look at my eyes for | runny-nose-eyes
    I can't eat | coping-kit
    where to find help for my daughter | helping-loved-one
    is it safe to detox at home | medical-detox
    why do I want to cry | anxiety-mood
    does fentanyl withdrawal last longer than heroin | timeline
    what is naloxone | overdose-naloxone
    using while on naltrexone | naltrexone
    can doctors see if I used | rights-privacy
    I have a fever of 101 | sweats-chills-fever
    breastfeeding on suboxone | pregnancy
    how do I tell my family | rights-privacy
    I want to die | anxiety-mood
    how do I say no to friends who use | cravings
    when will my appetite come back | after-week1
    cocaine | polydrug
    do meetings help | support-groups
"""

NURSES = """
    how do I score pulse when on a beta blocker | charting-guide
    is COWS 12 mild or moderate | charting-guide
    patient asleep do I wake for COWS | charting-guide
    patient wants to leave against advice | staff-leaving
    patient jumped from 9 to 20 after bup | staff-buprenorphine
    when can I give suboxone after fentanyl | staff-buprenorphine
    BP 88 before clonidine | staff-alpha2
    how many mg of methadone day one | staff-methadone
    QTc 480 on methadone | staff-methadone
    resp rate 9 after dose | staff-sedation
    patient hard to wake | staff-sedation
    vomiting and diarrhea what do I watch | staff-fluids
    temp 38.6 day 5 | staff-fever
    seizure on opioid withdrawal | staff-other-withdrawal
    tranq dope wounds | staff-other-withdrawal
    pregnant patient in withdrawal | staff-pregnancy
    patient says she wants to die | staff-suicide
    nothing by mouth comfort meds | staff-comfort
    heart rate 135 | staff-heart
    can I give naltrexone 5 days after heroin | staff-naltrexone
    which medicine has best evidence | staff-medicines
    patient can't sleep second night | staff-late-symptoms
    still withdrawing on day 12 | staff-course
    blood in vomit | staff-danger
    what do I do when a patient presses the help button | staff-danger
    gooseflesh | charting-guide
    how often COWS | charting-guide
    hold parameters clonidine | staff-alpha2
    how long does withdrawal last | staff-course
    what's a normal COWS at 24 hours | charting-guide
    patient vomiting every hour | staff-fluids
    low BP after lofexidine | staff-alpha2
    precipitated withdrawal signs | staff-buprenorphine
    when to repeat COWS after suboxone | charting-guide
    patient crying and says no point in living | staff-suicide
    narcan wore off | staff-sedation
    patient on methadone falling asleep mid sentence | staff-methadone
    family asking if patient is here | rights-privacy
    patient is 8 weeks pregnant | staff-pregnancy
    patient hallucinating | staff-other-withdrawal
    difference between COWS and SOWS | charting-guide
    can patient have ibuprofen | staff-comfort
    discharge checklist | staff-leaving
    chest pain | staff-danger
    restless legs what to do | aches
    new nurse how to do COWS | charting-guide
    abscess on arm | staff-fever
    gabapentin withdrawal | staff-other-withdrawal
    vivitrol before discharge | staff-naltrexone
    pulse item on COWS with atropine | charting-guide
    bup induction fentanyl | staff-buprenorphine
    clonidine parameters | staff-alpha2
    sleepy after methadone | staff-methadone
    fever workup | staff-fever
    AMA | staff-leaving
    medetomidine | staff-other-withdrawal
    suicide screening | staff-suicide
    patient's family brought drugs | staff-sedation
    tachycardia 125 | staff-heart
    diarrhea management | staff-fluids
    how long until naltrexone | staff-naltrexone
    mortality methadone | staff-medicines
    insomnia treatment | staff-late-symptoms
    score keeps going up | charting-guide
    patient not eating | staff-comfort
    how do I tell withdrawal from infection | staff-fever
    dose vomited | staff-fluids
    patient wants more suboxone | staff-buprenorphine
    low oxygen | staff-sedation
    history of seizures | staff-other-withdrawal
    can a pregnant patient detox | staff-pregnancy
    patient fainted after clonidine | staff-alpha2
    COWS 30 | charting-guide
    take home naloxone | staff-leaving
"""


def rows(table: str) -> list[tuple[str, str]]:
    found = [line.split(" | ") for line in table.strip().splitlines()]
    return [(question.strip(), slug) for question, slug in found]


def first(question: str, reader: Audience | None) -> str:
    return next((article.slug for article in LIBRARY.index.search(question, reader)), "")


@pytest.mark.parametrize(("question", "slug"), rows(PATIENTS_AND_FAMILIES))
def test_a_patient_or_a_parent_finds_the_right_page_first(question: str, slug: str):
    assert first(question, None) == slug


@pytest.mark.parametrize(("question", "slug"), rows(NURSES))
def test_a_nurse_finds_the_right_page_first(question: str, slug: str):
    assert first(question, "staff") == slug


def test_a_family_is_sent_to_no_page_for_staff_first():
    for question, _slug in rows(PATIENTS_AND_FAMILIES):
        assert not first(question, None).startswith("staff-"), question


# Questions that somebody's life may hang on -------------------------------------------------------------------

LIFE_SAVING = {
    "lost-tolerance",
    "overdose-naloxone",
    "call-staff-now",
    "anxiety-mood",
    "staff-leaving",
    "staff-sedation",
    "staff-danger",
    "staff-suicide",
}
"""Pages about dying of the old dose, of an overdose or by suicide, and about whom to call."""

ASKED_IN_DANGER = """
    sign me out | lost-tolerance
    I want to leave against advice | lost-tolerance
    leave against medical advice | lost-tolerance
    can I use my old dose | lost-tolerance
    I am going to walk out | lost-tolerance
    my friend stopped breathing | overdose-naloxone
    his lips are blue | overdose-naloxone
    he won't wake up | overdose-naloxone
    I took too much | overdose-naloxone
    I can't breathe | call-staff-now
    I want to kill myself | anxiety-mood
    I want to end my life | anxiety-mood
    I don't want to live | anxiety-mood
"""

LEAD = 1.25
"""How many times the points of the second page the first one has at least, so that no new page and no rarer word moves it."""

HICCUPS = """+++
title = "Hiccups"
summary = "Hiccups often pass by themselves. A sip of cold water can help."
group = "what-helps"
audience = ["patient", "family"]
phases = ["peak"]
symptoms = []
alerts = []
related = []
search_terms = ["hiccups", "hiccup", "can't stop hiccuping"]
sources = ["general"]
documents = ["000:48"]
written_on = 2026-11-20
review_due = 2027-05-20
reviewer = "awaiting clinical review"
+++

Hiccups often come when your stomach is upset. They can be a sign that you ate fast.

## What helps

- Sip cold water. Sign yourself up for a walk. Hold your breath for a moment, and leave the rest to time.

## When to call staff now

- Hiccups for more than a day, or you cannot drink or sleep.
"""
"""A page about nothing dangerous, in words that questions about danger have as well."""


def asked_in_danger() -> list[tuple[str, Audience | None, str]]:
    known = [(question, None, slug) for question, slug in rows(PATIENTS_AND_FAMILIES) + rows(ASKED_IN_DANGER)]
    known += [(question, "staff", slug) for question, slug in rows(NURSES)]
    return [one for one in known if one[2] in LIFE_SAVING]


def lead(library: Library, question: str, reader: Audience | None) -> tuple[str, float]:
    """The page found first, and how many times the points of the second it has."""
    found = library.index.ranked(question, reader)
    return found[0].article.slug, found[0].points / found[1].points if len(found) > 1 else math.inf


@pytest.mark.parametrize(("question", "reader", "slug"), asked_in_danger())
def test_a_page_that_can_save_a_life_is_first_by_a_clear_lead(question: str, reader: Audience | None, slug: str):
    first_page, ahead = lead(LIBRARY, question, reader)
    assert first_page == slug
    assert ahead >= LEAD


def test_every_page_that_can_save_a_life_is_asked_for():
    assert {slug for _question, _reader, slug in asked_in_danger()} == LIFE_SAVING


def test_a_page_about_something_else_moves_no_page_that_can_save_a_life(tmp_path: Path):
    content = Path(shutil.copytree(settings.CONTENT_DIR, tmp_path / "content"))
    (content / "articles/en/hiccups.md").write_text(HICCUPS)
    grown = load(content)
    assert lead(grown, "I have the hiccups", None)[0] == "hiccups"
    for question, reader, slug in asked_in_danger():
        first_page, ahead = lead(grown, question, reader)
        assert (first_page, ahead >= LEAD) == (slug, True), question
