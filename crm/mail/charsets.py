"""Bytes of a mail into text: by the charset they claim, by UTF-8, or with replacement characters; never a failure."""

import re
from encodings.aliases import aliases

_ISO = {f"iso8859_{part}" for part in (*range(2, 12), 13, 14, 15, 16)}
_WINDOWS = {f"cp125{page}" for page in range(9)}
_OTHERS = {
    "ascii", "utf_8", "utf_16", "utf_16_le", "utf_16_be", "latin_1", "koi8_r", "koi8_u", "cp866", "mac_cyrillic", "mac_roman",
    "gb2312", "gbk", "gb18030", "hz", "big5", "big5hkscs", "shift_jis", "cp932", "euc_jp", "iso2022_jp", "euc_kr", "cp949",
    "iso2022_kr", "cp874", "tis_620",
}  # fmt: skip
# The rest of Python's codecs (zip, punycode, unicode_escape, …) are no charsets of mail, and some are slow.
_IN_MAIL = _ISO | _WINDOWS | _OTHERS
# What senders mean by these labels (WHATWG Encoding Standard, section 4.2).
_MEANT = {
    "latin_1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}
_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Controls, and the marks that turn a line of text around or hide in it (Unicode bidi embeddings and overrides).
_UNSEEMLY = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def decoded(data: bytes, label: str, defects: list[str]) -> str:
    """Text from bytes; what does not fit is replaced and noted.

    Args:
        data: the bytes.
        label: the charset that the sender claims; "" when none is given.
        defects: where to note what was odd.

    Returns:
        The text with plain newlines, without control characters and text-direction overrides.
    """
    codec = _codec(label)
    if label and codec is None:
        defects.append("unknown charset")
    for candidate in dict.fromkeys((codec or "utf_8", "utf_8")):
        try:
            text = data.decode(candidate)
        except UnicodeDecodeError:
            defects.append("text does not fit its charset")
        else:
            return seemly(text)
    last_resort = "cp1252" if codec is None or codec == "ascii" else codec
    return seemly(data.decode(last_resort, "replace"))


def _codec(label: str) -> str | None:
    name = re.sub(r"[-. ]", "_", label.strip("\"' ").lower())
    codec = aliases.get(name, name)
    return _MEANT.get(codec, codec) if codec in _IN_MAIL else None


def seemly(text: str) -> str:
    """Text without control characters, lone surrogates and text-direction overrides."""
    return _UNSEEMLY.sub("", _NEWLINES.sub("\n", text))


def on_one_line(text: str) -> str:
    """Text as one line with single spaces, so that it can start no header or log line of its own."""
    return " ".join(seemly(text).split())
