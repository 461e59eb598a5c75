"""A wish to hear no more, in a person's own words: obeyed when it is short and can mean nothing else.

Whatever says more than that is a reply, and a person reads it: "please do not unsubscribe me" must not unsubscribe.
"""

# ruff: noqa: RUF001 - words in other scripts look like ours
import re
import unicodedata

_LONGEST_WISH = 200
_MOST_SENTENCES = 5
_WISHES = (
    # English
    "unsubscribe", "unsubscribe me", "stop", "opt out", "opt me out", "remove", "remove me", "remove me from your list",
    "remove me from this list", "remove me from your mailing list", "remove me from the mailing list",
    "remove me from this mailing list", "take me off your list", "take me off this list", "take me off your mailing list",
    "stop emailing me", "stop sending me emails", "stop writing to me", "i want to unsubscribe", "i wish to unsubscribe",
    "i would like to unsubscribe", "unsubscribe me from this list", "unsubscribe me from your list",
    "do not contact me again", "do not email me again", "no more emails",
    # French
    "désabonner", "désabonnement", "me désabonner", "se désabonner", "désabonnez moi", "désabonnez nous",
    "désinscription", "désinscrire", "me désinscrire", "désinscrivez moi", "je souhaite me désabonner",
    "je souhaite me désinscrire", "je veux me désabonner", "je me désabonne", "retirez moi de votre liste",
    "merci de me désabonner", "merci de me désinscrire", "veuillez me désabonner", "veuillez me désinscrire",
    "merci de me retirer de votre liste", "veuillez me retirer de votre liste", "arrêtez de m'écrire",
    # Spanish
    "cancelar suscripción", "cancelar la suscripción", "cancelar mi suscripción", "cancelen mi suscripción",
    "baja", "darme de baja", "dar de baja", "darse de baja", "dame de baja", "deme de baja", "denme de baja",
    "quiero darme de baja", "deseo darme de baja", "desuscribir", "desuscribirme", "desuscribirse",
    # Arabic
    "إلغاء الاشتراك", "إلغاء اشتراكي", "ألغ اشتراكي", "ألغوا اشتراكي", "أريد إلغاء الاشتراك", "أرغب في إلغاء الاشتراك",
    "أريد إلغاء اشتراكي", "يرجى إلغاء الاشتراك", "يرجى إلغاء اشتراكي", "أرجو إلغاء اشتراكي", "أرجو إلغاء الاشتراك",
    "توقف", "توقفوا عن مراسلتي", "أوقفوا الرسائل",
    # Chinese
    "退订", "退訂", "取消订阅", "取消訂閱", "请退订", "請退訂", "我要退订", "我想退订", "我要取消订阅", "我想取消订阅",
    "请取消订阅", "請取消訂閱", "请不要再发", "不要再发邮件",
    # Russian
    "отписаться", "отписка", "отпишите", "отпишите меня", "отпишите меня от рассылки", "хочу отписаться",
    "хочу отписаться от рассылки", "отписаться от рассылки", "прошу отписать меня", "прошу отписать меня от рассылки",
    "отказаться от рассылки", "отказ от рассылки", "стоп", "больше не пишите", "больше не пишите мне", "не пишите мне больше",
    # German
    "abmelden", "abbestellen", "abmeldung", "austragen", "mich abmelden", "melden sie mich ab", "tragen sie mich aus",
    "newsletter abbestellen", "newsletter abmelden", "ich möchte mich abmelden", "mich austragen",
    "nehmen sie mich aus dem verteiler", "stopp", "keine weiteren e mails", "schreiben sie mir nicht mehr",
    # Portuguese
    "cancelar subscrição", "cancelar a subscrição", "cancelar inscrição", "cancelar a inscrição", "cancelar assinatura",
    "cancelar a minha subscrição", "cancelar minha inscrição", "descadastrar", "remover", "remova me", "me remova",
    "quero cancelar a subscrição", "quero cancelar minha inscrição", "me descadastrar", "parar",
    # Italian
    "cancellami", "cancellatemi", "cancellarmi", "disiscrizione", "disiscrivimi", "disiscrivetemi", "disiscriversi",
    "annulla iscrizione", "annulla l'iscrizione", "annullare l'iscrizione", "cancella iscrizione",
    "cancellare la mia iscrizione", "voglio cancellarmi", "vorrei cancellarmi", "rimuovetemi dalla lista",
)  # fmt: skip
_COURTESIES = (
    "please", "thanks", "thank you", "thank you very much", "many thanks", "kind regards", "best regards", "regards", "hello",
    "hi", "dear all", "dear sir or madam", "bonjour", "merci", "merci beaucoup", "merci d'avance", "s'il vous plaît", "svp",
    "cordialement", "hola", "gracias", "muchas gracias", "por favor", "saludos", "شكرا", "شكرا لكم", "شكرا جزيلا", "من فضلك",
    "من فضلكم", "رجاء", "مع التحية", "مرحبا", "السلام عليكم", "谢谢", "謝謝", "你好", "您好", "请", "спасибо", "пожалуйста",
    "здравствуйте", "добрый день", "с уважением", "bitte", "danke", "vielen dank", "hallo", "guten tag", "mit freundlichen grüßen",
    "mfg", "obrigado", "obrigada", "olá", "per favore", "grazie", "buongiorno", "saluti",
)  # fmt: skip
_SENTENCES = re.compile(r"[.!;,:\n…\u060c\u061b\u3002\uff01\uff0c\uff1b]+")
_QUESTION = re.compile("[?\u061f\uff1f]")
_NOT_WORDS = re.compile(r"[^\w']+|_+")


def asks_to_stop(text: str, *, name: str = "") -> bool:
    """Whether a person's own words consist of a wish to be written to no more.

    Known in the six languages of the United Nations and in German, Portuguese and Italian. Courtesies and
    the person's own name around it do no harm; any other word makes it a reply.

    Args:
        text: what the person wrote, without quoted text.
        name: the name of the sender, so that it may stand below as a signature.
    """
    if len(text) > _LONGEST_WISH or _QUESTION.search(text):
        return False
    signature = set(_bare(name).split())
    sentences = [
        bare for bare in map(_bare, _SENTENCES.split(text)) if bare and not set(bare.split()) <= signature
    ]
    meant = [sentence for sentence in map(_without_courtesy, sentences) if sentence]
    return 0 < len(meant) <= _MOST_SENTENCES and all(sentence in _BARE_WISHES for sentence in meant)


def _without_courtesy(sentence: str) -> str:
    for courtesy in _BARE_COURTESIES:
        if sentence in _BARE_WISHES:
            return sentence
        if sentence == courtesy:
            return ""
        sentence = sentence.removeprefix(courtesy + " ").removesuffix(" " + courtesy)
    return sentence


def _bare(text: str) -> str:
    """Words without case, accents, Arabic vowel signs, punctuation and invisible characters."""
    letters = unicodedata.normalize("NFKD", text.replace("\u2019", "'").casefold()).replace("\u0640", "")
    seen = "".join(letter for letter in letters if unicodedata.category(letter) not in {"Mn", "Cf"})
    return _NOT_WORDS.sub(" ", seen).strip(" '")


_BARE_WISHES = frozenset(map(_bare, _WISHES))
_BARE_COURTESIES = tuple(sorted(set(map(_bare, _COURTESIES)), key=len, reverse=True))
