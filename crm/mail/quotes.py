"""What a person wrote in a reply, without the letter they answered, their signature and their telephone's footer.

Line by line, by the marks that mail programs set, in the languages that our correspondents use. Libraries for
this do not know Arabic.
"""

# ruff: noqa: RUF001 - words in other scripts look like ours
import re

_LONGEST_MARK = 400
_MARK_LINES = 3  # mail programs wrap "On …, … wrote:" over up to three lines
_BLOCK_LINES = 8
_EDGES = " \t*_\u00a0\u200e\u200f\u061c"
_COLONS = (":", "\uff1a", "\ufe55")

_EMPTY_LINES = re.compile(r"\n{3,}")
_RULE = re.compile(r"[-_\u2014=]{2,} ?([^-_\u2014=]{4,60}?) ?[-_\u2014=]{2,}")
_LINE_ACROSS = re.compile(r"_{20,}|-{20,}")
_RETURNED = {
    "original message", "original appointment", "forwarded message", "begin forwarded message",
    "message d'origine", "message original", "message transféré", "message d'origine transféré",
    "mensaje original", "mensaje reenviado", "mensagem original", "mensagem encaminhada",
    "ursprüngliche nachricht", "originalnachricht", "weitergeleitete nachricht",
    "messaggio originale", "messaggio inoltrato", "oorspronkelijk bericht",
    "исходное сообщение", "пересылаемое сообщение", "пересланное сообщение", "оригинальное сообщение",
    "الرسالة الأصلية", "رسالة أصلية", "رسالة معاد توجيهها", "الرسالة المعاد توجيهها",
    "原始邮件", "原始郵件", "转发的邮件", "转发邮件信息", "元のメッセージ", "원본 메시지",
    "orijinal mesaj", "özgün i̇leti", "wiadomość oryginalna", "ursprungligt meddelande",
}  # fmt: skip

# Outlook and webmails put the letter's own header above it.
_LABELS = {
    label: kind
    for kind, labels in {
        "from": "from|de|von|da|от|от кого|发件人|發件人|寄件者|من|差出人|보낸 사람|van|od|från|fra|kimden|lähettäjä",
        "sent": "sent|date|envoyé|envoyé le|gesendet|datum|enviado|enviado el|enviada em|fecha|data|inviato|отправлено"
        "|дата|发送时间|日期|时间|寄件日期|傳送時間|تاريخ الإرسال|التاريخ|تم الإرسال|أرسلت|أُرسلت|送信日時|日付|보낸 날짜"
        "|verzonden|wysłano|skickat|sendt|gönderildi|gönderme tarihi|lähetetty",
        "to": "to|à|pour|an|para|a|кому|收件人|إلى|الى|宛先|받는 사람|aan|do|till|til|kime|vastaanottaja",
        "cc": "cc|copie|kopie|копия|抄送|副本|نسخة|نسخة إلى|참조",
        "subject": "subject|objet|betreff|asunto|assunto|oggetto|тема|主题|主旨|主題|الموضوع|件名|제목|onderwerp|temat|ämne"
        "|emne|konu|aihe",
    }.items()
    for label in labels.split("|")
}

# "On 5 May 2026 at 10:00, Ana Silva wrote:". First the word it begins with, then the one it contains.
_OPENINGS = (
    (("on ",), ("wrote", "writes")),
    (("le ", "en date du "), ("a écrit", "écrit")),
    (("am ", "den "), ("schrieb", "skrev")),
    (("el ",), ("escribió", "escribio")),
    (("em ", "no dia ", "a ", "at "), ("escreveu", "wrote")),
    (("il ", "in data "), ("ha scritto", "scritto")),
    (("op ",), ("schreef",)),
    (("w dniu ", "dnia "), ("napisał", "pisze")),
    (("في ", "بتاريخ ", "يوم "), ("كتب", "تمت كتابة")),
    (("كتب ", "كتبت "), ("في", "بتاريخ")),
    (("在", "于", "於"), ("写道", "寫道")),
)
# Languages that begin with the date or the name; the line ends with the verb.
_ENDINGS = (
    "wrote", "a écrit", "escribió", "escreveu", "ha scritto", "schrieb", "skrev", "kirjoitti", "schreef",
    "пишет", "писал", "писала", "писал(а)", "написал", "написала", "написал(а)", "كتب", "كتبت", "كتب/كتبت",
    "写道", "寫道", "のメール", "작성", "yazdı", "şunu yazdı", "şunları yazdı", "napisał(a)", "írta",
)  # fmt: skip
_FOOTERS = re.compile(
    r"(?:sent from (?:my|outlook|mail|yahoo|samsung|proton)|get outlook for|envoyé (?:de|depuis) (?:mon|ma|outlook)|"
    r"obtenir outlook|von mein\w+ .{0,40}gesendet|gesendet von (?:mein|outlook)|enviado (?:desde|do meu|a partir)|"
    r"inviato da(?:l mio)? |отправлено (?:с|из) |发自我的|来自我的|أُ?رسلت? من |تم الإرسال من )",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    """What the person wrote.

    Lines that begin with `>` are left out wherever they stand, so answers between quoted lines survive. A
    header block, "Original Message" or "… wrote:" without `>` lines after it ends the text.

    Args:
        text: the text of a message, with plain newlines.
    """
    lines = [line.rstrip() for line in text.split("\n")]
    quoted = [line.lstrip(_EDGES).startswith((">", "\uff1e")) for line in lines]
    return _EMPTY_LINES.sub("\n\n", "\n".join(_kept(lines, quoted))).strip()


def _kept(lines: list[str], quoted: list[bool]) -> list[str]:
    kept: list[str] = []
    signed = False
    at = 0
    while at < len(lines):
        length = _attribution(lines, quoted, at)
        if not quoted[at] and _ends_here(lines, quoted, at, length):
            break
        theirs = quoted[at] or length > 0
        signed = not theirs and (signed or lines[at] == "--")
        if not (theirs or signed or _is_footer(lines[at])):
            kept.append(lines[at])
        at += max(1, length)
    return kept


def _is_footer(line: str) -> bool:
    return len(line) <= 100 and bool(_FOOTERS.match(line.strip(_EDGES)))  # noqa: PLR2004 - a line of text, not of a letter


def _ends_here(lines: list[str], quoted: list[bool], at: int, length: int) -> bool:
    if length:
        return not _quote_follows(lines, quoted, at + length)
    line = lines[at].strip(_EDGES)
    if len(line) > _LONGEST_MARK:
        return False
    rule = _RULE.fullmatch(line)
    if _returned(rule[1] if rule else "") or line.casefold().rstrip(":") == "begin forwarded message":
        return True
    if _LINE_ACROSS.fullmatch(lines[at].strip()):
        at = next((later for later in range(at + 1, min(at + 4, len(lines))) if lines[later]), at)
    return _is_header_block(lines, at)


def _returned(words: str) -> bool:
    return words.strip(_EDGES).rstrip(":").replace("\u2019", "'").casefold() in _RETURNED


def _is_header_block(lines: list[str], at: int) -> bool:
    kinds = []
    for line in lines[at : at + _BLOCK_LINES]:
        if not line.strip(_EDGES):
            break
        kinds.append(_label(line))
    # Without a subject it may be somebody's journey: from Geneva, to Nairobi, on a date.
    return (
        bool(kinds and kinds[0])
        and {"from", "subject"} <= set(kinds)
        and not {"sent", "to"}.isdisjoint(kinds)
    )


def _label(line: str) -> str:
    label = re.split("[:\uff1a]", line[:60], maxsplit=1)
    return _LABELS.get(label[0].strip(_EDGES).casefold(), "") if len(label) > 1 else ""


def _attribution(lines: list[str], quoted: list[bool], at: int) -> int:
    """How many lines from here say "… wrote:"; 0 when they do not."""
    mark = ""
    for length, line in enumerate(lines[at : at + _MARK_LINES], start=1):
        if not line.strip(_EDGES) or quoted[at + length - 1] or len(mark) + len(line) > _LONGEST_MARK:
            return 0
        mark = f"{mark} {line.strip(_EDGES)}".strip()
        if mark.endswith(_COLONS):
            return length if _names_a_letter(mark, lines, quoted, at, length) else 0
    return 0


def _names_a_letter(mark: str, lines: list[str], quoted: list[bool], at: int, length: int) -> bool:
    said = mark.casefold().rstrip(" :\uff1a\ufe55")
    dated = any(sign.isdigit() for sign in said)
    if dated and any(
        said.startswith(first) and any(verb in said for verb in verbs) for first, verbs in _OPENINGS
    ):
        return True
    named = "@" in said and dated and _quote_follows(lines, quoted, at + length)
    if not named and not ((dated or "@" in said) and said.endswith(_ENDINGS)):
        return False
    # A line of the person's own may stand right above; the mark then begins below it.
    return length == 1 or not _attribution(lines, quoted, at + 1)


def _quote_follows(lines: list[str], quoted: list[bool], at: int) -> bool:
    return next((quoted[later] for later in range(at, len(lines)) if lines[later]), False)
