"""Weights in pounds and ounces."""

GRAMS = {"lb": 453.59237, "oz": 28.349523125}


def grams(text):
    """Grams, rounded, of a weight such as ``3 lb 4 oz``."""
    words = text.split()
    return round(sum(float(number) * GRAMS[unit] for number, unit in zip(words[::2], words[1::2])))
