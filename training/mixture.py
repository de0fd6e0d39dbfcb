"""Which skills a stage trains and evaluates, and in what shares of episodes."""

from skills import context, follow, lists, look, stories, sums, talk

LOOK_ROWS = {f"look: {kind}": look.single(kind) for kind in ("shape", "colour", "place", "size", "count", "relation", "describe")}
LIST_ROWS = {"repeat": lists.repeat, "reverse": lists.reverse, "sort": lists.sort, "find": lists.find}

# Shares are set by how hard a skill is, not by how often people ask: single facts come cheap, binding does not.
TRAIN = {
    1: [(look.look, 14), (lists.repeat, 6), (lists.reverse, 3), (lists.sort, 5), (lists.find, 9), (talk.explain, 8), (talk.converse(1), 7.5), (talk.unknown(1), 5)],
    2: [(look.look, 18), (lists.repeat, 4.5), (lists.reverse, 3), (lists.sort, 5), (lists.find, 8), (talk.explain, 9), (talk.converse(2), 4.5), (talk.unknown(2), 3),
        (stories.story, 2), (sums.sums, 5), (context.context, 3), (follow.follow, 9)],
}  # fmt: skip
# An episode with a system prompt begins a conversation; this share of conversations has one.
TONE_SHARE = {1: 0.0, 2: 0.12}
# Rows that are one long list of examples (context.long_shots).
SHOTS_SHARE = {1: 0.0, 2: 0.04}

# Rows of the evaluation: (maker, share to reach).
_ROWS_1 = {**LOOK_ROWS, **LIST_ROWS, "explain": talk.explain, "converse": talk.chat(1)}
_ROWS_2 = {**LOOK_ROWS, **LIST_ROWS, "explain": talk.explain, "converse": talk.chat(2), "tell": stories.story, "sums": sums.sums}
_ROWS_2 |= {"in context": context.context, "follow up": follow.follow, "tone": follow.tone}
ROWS = {1: _ROWS_1, 2: _ROWS_2}
GOALS = {"look: shape": 0.97, "look: colour": 0.97, "repeat": 0.99, "explain": 0.95, "tell": 0.95}  # all others 0.9
