import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.mail.opt_outs import asks_to_stop


@pytest.mark.parametrize(
    "text",
    [
        "unsubscribe",
        "UNSUBSCRIBE!",
        "Unsubscribe.",
        "STOP",
        "\u201cUnsubscribe\u201d",
        "Please unsubscribe me. Thank you.",
        "Hello,\n\nremove me from your mailing list, please.\n\nBest regards",
        "Stop, unsubscribe!",
        "désabonner",
        "Desabonner",
        "Bonjour,\nMerci de me désabonner.\nCordialement",
        "D\u00e9sabonnez-moi, s\u2019il vous pla\u00eet",
        "إلغاء الاشتراك",
        "الغاء الاشتراك",
        "إِلْغَاء الاِشْتِرَاك",
        "يرجى إلغاء الاشتراك، شكرًا",
        "退订",
        "取消訂閱",
        "请退订，谢谢。",
        "ＵＮＳＵＢＳＣＲＩＢＥ",
        "отписаться",
        "Прошу отписать меня от рассылки. Спасибо!",
        "cancelar suscripción",
        "Quiero darme de baja, gracias.",
        "Bitte abmelden!",
        "abbestellen",
        "cancelar subscrição",
        "Quero cancelar minha inscrição",
        "Cancellatemi",
        "Annulla l'iscrizione, grazie",
    ],
)
def test_a_short_wish_in_nine_languages_is_obeyed(text):
    assert asks_to_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Please do not unsubscribe me.",
        "Don't stop",
        "unsubscribe?",
        "How do I unsubscribe",
        "Stop by on Friday",
        "We will not stop. Remove nothing.",
        "stop sending me paper, e-mail is fine",
        "Unsubscribe my colleague, but keep me.",
        "ne me désabonnez pas",
        "لا أريد إلغاء الاشتراك",
        "不要退订",
        "не отписывайте меня",
        "no quiero darme de baja",
        "هل أستطيع إلغاء الاشتراك؟",
        "thank you",
        "unsubscribe " * 50,
    ],
)
def test_whatever_says_more_is_left_to_a_person(text):
    assert not asks_to_stop(text)


def test_the_writers_own_name_may_stand_below():
    assert asks_to_stop("Unsubscribe\n\nAmina", name="Amina Odhiambo")
    assert not asks_to_stop("Unsubscribe\n\nBjörn", name="Amina Odhiambo")
    assert not asks_to_stop("Amina", name="Amina Odhiambo")


@given(st.text(max_size=300), st.text(max_size=30))
def test_no_text_is_too_odd_to_ask(text, name):
    assert asks_to_stop(text, name=name) in {True, False}
