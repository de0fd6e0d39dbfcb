"""Count and add: sums and differences of up to two digits, and counting on. One pair in eight is held out."""

from .item import Item, vary
from .words import is_held

ASK = (
    ["{q} =", "What is {q}?", "{q}", "Compute {q}.", "How much is {q}?", "{q} = ?", "Calculate {q}."],
    ["What does {q} make?", "Tell me {q}.", "What is the result of {q}?"],
)
WORDED = (
    {"+": ["What is {a} plus {b}?", "Add {a} and {b}.", "{a} plus {b}"], "-": ["What is {a} minus {b}?", "Subtract {b} from {a}.", "{a} minus {b}"]},
    {"+": ["How much is {a} plus {b}?"], "-": ["How much is {a} minus {b}?"]},
)


def is_held_pair(a, sign, b):
    """Held out whichever of two summands comes first."""
    return is_held(f"{min(a, b)}+{max(a, b)}" if sign == "+" else f"{a}-{b}")


def pair(rng, held):
    """Two numbers and + or -; no result is below zero. Two thirds have two digits on both sides."""
    while True:
        a, b = rng.randint(10, 99), rng.randint(10, 99)
        if not held and rng.random() < 0.33:
            a, b = rng.randint(0, 99), rng.randint(0, 20)
            a, b = rng.choice(((a, b), (b, a)))
        sign = rng.choice("+-")
        if sign == "-" and a < b:
            a, b = b, a
        if is_held_pair(a, sign, b) == held:
            return a, sign, b


def result(a, sign, b):
    return a + b if sign == "+" else a - b


def work(a, sign, b):
    """The units first, then the tens, then the number: each digit needs two or three digits that stand in the text.
    27 + 48 -> "7+8=15, 2+4+1=7: 75."; 52 - 27 -> "12-7=5, 5-2-1=2: 25."; a result of two one-digit numbers stands alone."""
    total = result(a, sign, b)
    if a < 10 and b < 10:
        return f"{total}."
    units = result(a % 10, sign, b % 10)
    carry = int(units > 9 or units < 0)
    first = f"{a % 10 + 10 * carry}-{b % 10}={units % 10}" if sign == "-" else f"{a % 10}+{b % 10}={units}"
    moved = f"{sign}1" * carry
    return f"{first}, {a // 10}{sign}{b // 10}{moved}={result(a // 10, sign, b // 10 + carry)}: {total}."


def add(rng, held):
    return asked(rng, held, *pair(rng, held))


def asked(rng, held, a, sign, b):
    if rng.random() < 0.25:
        text = rng.choice(WORDED[held][sign]).format(a=a, b=b)
    else:
        form = "{}{}{}" if rng.random() < 0.1 else "{} {} {}"
        text = rng.choice(ASK[held]).format(q=form.format(a, sign, b))
    return Item([(text, work(a, sign, b))])


def count(rng, held):
    """Counting on or back, by one, two or ten."""
    step = rng.choice((1, 1, 1, 2, 10, -1))
    first = rng.randint(12, 40) if step < 0 else rng.randint(0, 60 if step < 10 else 20)
    numbers = [first + step * i for i in range(rng.randint(3, 10))]
    by = {1: "", -1: "", 2: " in twos", 10: " in tens"}[step]
    if is_held(f"{first} {step} {len(numbers)}") != held:
        return count(rng, held)
    text = f"Count from {first} to {numbers[-1]}{by}."
    return Item([(vary(rng, text), " ".join(map(str, numbers)))])


def sums(rng, held):
    return (count if rng.random() < (0.15 if held else 0.3) else add)(rng, held)
