"""Batches made on the fly, in the training process or by worker processes."""

import multiprocessing

from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from conversations import Conversations
from tokenizer import load_tokenizer
from vision_warmup import batches

# Token limits of a batch's conversations and how often they are taken, early and late in a run.
EARLY = [(64, 3), (128, 4), (192, 2), (256, 1)]
LATE = [(96, 2), (192, 5), (256, 3), (384, 1), (768, 0.4), (1024, 0.2)]


def as_it_is(batch):
    return batch


def loader(dataset, workers):
    """Batches stay numpy arrays and come through pipes: tensors would need more shared memory than containers have."""
    return DataLoader(dataset, batch_size=None, num_workers=workers, prefetch_factor=4, collate_fn=as_it_is)


class Feed(IterableDataset):
    """dicts of ids, labels [B, T] int16 and pixels [N, 48, 48, 3] uint8; `progress` 0..1 is set by the trainer."""

    def __init__(self, args):
        super().__init__()
        self.args = args
        self.progress = multiprocessing.Value("d", 0.0)

    def __iter__(self):
        if self.args.workers and get_worker_info() is None:
            return iter(loader(self, self.args.workers))
        return self.generate()

    def generate(self):
        worker = get_worker_info()
        # Every worker draws its own conversations; another seed than any held-out item has.
        seed = self.args.seed * 1_000_003 + (worker.id if worker else 0)
        source = Conversations(load_tokenizer(self.args.tokenizer), self.args.stage, seed)
        while True:
            late = self.args.full_length or source.rng.random() < self.progress.value * 1.5 - 0.2
            limits, weights = zip(*(LATE if late else EARLY))
            yield source.batch(self.args.tokens, source.rng.choices(limits, weights=weights)[0])


class Pictures(IterableDataset):
    def __init__(self, args):
        super().__init__()
        self.args = args

    def __iter__(self):
        worker = get_worker_info()
        seed = self.args.seed * 1_000_033 + (worker.id if worker else 0)
        return batches(seed, 1024 if self.args.device == "cuda" else 96)


def picture_feed(args):
    pictures = Pictures(args)
    return loader(pictures, args.workers) if args.workers else pictures
