import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.mail.quotes import own_words

LETTER = "Dear Sir,\nto unsubscribe, follow the link."
MARKS = [
    "On Mon, May 4, 2026 at 9:00 AM Accord <letters@accord.example> wrote:",
    "On Mon, May 4, 2026 at 9:00 AM A Very Long Name Indeed <\nletters@accord.example> wrote:",
    "On Mon, May 4, 2026 at 9:00 AM\nA Very Long Name Indeed <letters@accord.example>\nwrote:",
    "Accord <letters@accord.example> wrote:",
    "Le lun. 4 mai 2026 à 09:00, Accord <letters@accord.example> a écrit :",
    "Le 4 mai 2026 à 09:00, Accord a écrit\u00a0:",
    "El lun, 4 may 2026 a las 9:00, Accord (<letters@accord.example>) escribió:",
    "Em seg., 4 de mai. de 2026 às 09:00, Accord escreveu:",
    "Il giorno lun 4 mag 2026 alle ore 09:00 Accord ha scritto:",
    "Am 04.05.2026 um 09:00 schrieb Accord:",
    "Op ma 4 mei 2026 om 09:00 schreef Accord:",
    "04.05.2026 09:00, Accord пишет:",
    "4 мая 2026 г., в 09:00, Accord написал(а):",
    "Den mån 4 maj 2026 kl 09:00 skrev Accord:",
    "W dniu 4.05.2026 o 09:00, Accord pisze:",
    "Accord <letters@accord.example>, 4 May 2026 Pzt, 09:00 tarihinde şunu yazdı:",
    "في الاثنين، 4 مايو 2026 في 9:00 ص تمت كتابة ما يلي بواسطة Accord <letters@accord.example>:",
    "في ٤ مايو ٢٠٢٦، الساعة ٩:٠٠ ص، كتب Accord <letters@accord.example>:",
    "\u200fبتاريخ 4 مايو 2026، كتبت دانا:",
    "كتب Accord في ٤ مايو ٢٠٢٦:",
    "Accord <letters@accord.example> 于2026年5月4日周一 09:00写道：",
    "在 2026年5月4日，上午9:00，Accord 写道：",
    "-----Original Message-----",
    "---------- Forwarded message ---------",
    "-------- Message d\u2019origine --------",
    "-----Ursprüngliche Nachricht-----",
    "-------- Mensaje original --------",
    "-------- Исходное сообщение --------",
    "-----الرسالة الأصلية-----",
    "------------------ 原始邮件 ------------------",
    "Begin forwarded message:",
    "From: Accord\nSent: Monday, May 4, 2026 9:00 AM\nTo: Amina\nSubject: Membership",
    "*From:* Accord <letters@accord.example>\n*Date:* Monday, May 4, 2026\n*Subject:* Membership",
    "________________________________\n\nFrom: Accord\nSent: Monday\nTo: Amina\nSubject: Membership",
    "De\u00a0: Accord\nEnvoyé\u00a0: lundi 4 mai 2026\nÀ\u00a0: Amina\nObjet\u00a0: Adhésion",
    "De: Accord\nEnviado el: lunes\nPara: Amina\nAsunto: Membresía",
    "De: Accord\nEnviada em: segunda-feira\nPara: Amina\nAssunto: Adesão",
    "Von: Accord\nGesendet: Montag\nAn: Amina\nBetreff: Mitgliedschaft",
    "Da: Accord\nInviato: lunedì\nA: Amina\nOggetto: Adesione",
    "От: Accord\nОтправлено: понедельник\nКому: Амина\nТема: Членство",
    "من: Accord\nتم الإرسال: الاثنين\nإلى: أمينة\nالموضوع: العضوية",
    "发件人: Accord\n发送时间: 2026年5月4日\n收件人: 王芳\n主题: 成员",
    "发件人：Accord\n日期：2026年5月4日\n收件人：王芳\n主题：成员",
]


# Without a word that says so, only the quoted lines below tell.
WORDLESS = [
    "пн, 4 мая 2026 г. в 09:00, Accord <letters@accord.example>:",
    "2026年5月4日(月) 9:00 Accord <letters@accord.example>:",
    "2026-05-04 9:00 GMT+02:00 Accord <letters@accord.example>:",
]
QUOTED = "> Dear Sir,\n> to unsubscribe, follow the link."


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("gap", ["\n\n", "\n"])
def test_what_stands_below_the_mark_of_a_mail_program_is_not_the_persons(mark, gap):
    assert own_words(f"Yes, please.{gap}{mark}\n\n{LETTER}") == "Yes, please."


@pytest.mark.parametrize("mark", MARKS + WORDLESS)
@pytest.mark.parametrize("gap", ["\n\n", "\n"])
def test_the_mark_above_quoted_lines_is_not_the_persons(mark, gap):
    assert own_words(f"Yes, please.{gap}{mark}\n{QUOTED}") == "Yes, please."


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("> first?\nYes.\n> second?\nNo.", "Yes.\nNo."),
        ("On 4 May 2026, Accord wrote:\n> first?\nYes.", "Yes."),
        ("\u200f> قديم\nجديد", "جديد"),
        ("Yes.\n-- \nAmina\nAcme Ltd", "Yes."),
        ("-- \nAmina\n\nOn 4 May 2026, Accord wrote:\n> first?\nYes.", "Yes."),
        ("Yes.\n\nSent from my iPhone", "Yes."),
        ("Oui.\n\nEnvoyé de mon iPhone", "Oui."),
        ("نعم.\n\nأُرسلت من الـ iPhone", "نعم."),
        ("Да.\n\nОтправлено с iPhone", "Да."),
        ("> only\n> quoted", ""),
        ("", ""),
    ],
)
def test_answers_between_the_lines_stay_and_signatures_go(text, own):
    assert own_words(text) == own


@pytest.mark.parametrize(
    "text",
    [
        "On Monday we could meet:\nat ten.",
        "From: what I hear, you are busy.",
        "To: be or not to be",
        "Date: 5 May\nPlace: Geneva",
        "From: Geneva\nTo: Nairobi\nDate: 5 May\nCould we meet on the way?",
        "I wrote:\nnothing.",
        "We stand in the Original Message to our members.",
        "a - b -- c --- d",
        "-----",
        "Our address: info@acme.example\nTelephone: 123",
        "Le prix : 10\nLa date : 5 mai",
    ],
)
def test_what_only_looks_like_a_mark_stays(text):
    assert own_words(text) == text


@given(st.text(alphabet="On>wrote:5@ \n-_كتبFromTSubject", max_size=300))
def test_nothing_is_ever_added(text):
    lines = {line.strip() for line in text.split("\n")}
    assert all(line.strip() in lines for line in own_words(text).split("\n") if line)
