"""All wrong colours are to be equally wrong, and all wrong kinds.

Where the answer is "red" of a red star, training never has "orange" for a star, and a model gains a little by ruling it out more
than blue; shown an orange star, it then says red. So a wrong word whose logit lies below the mean of the wrong words of its
group is drawn up to it: strength * mean of max(0, mean - logit)^2. No held-out pair is named or shown: every colour of every
kind is treated alike."""

import torch

from world import COLOURS, SHAPES


class EvenWrongs:
    def __init__(self, tokenizer, strength):
        self.strength, self.last = strength, 0.0
        self.groups = [torch.tensor([tokenizer.encode(" " + word)[0] for word in group]) for group in (SHAPES, COLOURS)]

    def __call__(self, logits, labels):
        """logits [N, V], labels [N] -> the penalty; `last` is the mean distance below the mean, in logits"""
        below = []
        for group in self.groups:
            group = group.to(labels.device)
            right = labels[:, None] == group
            some = right.any(1)
            right, wrong = right[some], logits[some][:, group]
            mean = (wrong * ~right).sum(1, keepdim=True) / (len(group) - 1)
            below.append(((mean - wrong).clamp(min=0) * ~right).flatten())
        below = torch.cat(below)
        if not len(below):
            return logits.sum() * 0
        self.last = below.detach().mean().item()
        return self.strength * below.square().mean()
