"""Words and classes by number."""


def build_classes(rows):
    names = {row["class"] for row in rows}
    return {name: i for i, name in enumerate(names)}


def build_sorted(rows):
    names = {row["class"] for row in rows}
    return {name: i for i, name in enumerate(sorted(names))}


def unknown(rows, known):
    return any(row["class"] not in set(known) for row in rows)
