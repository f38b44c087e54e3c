"""Sentences for people, each with what it was made of, so that a host can say it in another language."""


class Said(str):
    """A text in English that knows its words, in which `{0}` and `{1}` stand for what is put in, and what that is."""

    english, values = "", ()


def say(english, *values):
    """A text in English; what is put in may be such texts, too."""
    text = english
    for index, value in enumerate(values):
        text = text.replace("{%d}" % index, str(value))
    said = Said(text)
    said.english, said.values = english, values
    return said


def parts(text):
    """What a host translates: the words and what stands in for them; a text that is no prose stays one."""
    if not isinstance(text, Said):
        return str(text)
    return {"text": text.english, "values": [parts(each) for each in text.values]}


def sentence(said):
    """A sentence of its own, made of a part of one."""
    whole = say("{0}.", said)
    capital = Said(whole[0].upper() + whole[1:])
    capital.english, capital.values = whole.english, whole.values
    return capital
