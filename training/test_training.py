"""python -m unittest: what the scripts rest on, with tiny random models."""

import dataclasses
import pathlib
import random
import tempfile
import unittest

import numpy as np
import torch
import torch.nn.functional as F

import answers
import convert_head
import evaluate
import head as heads
import fit
import measure_draft
import prepare
import prompts
from gguf_files import Metadata, read_llama, write_llama
from llama import Config, Llama, rms_norm, rope_table, rotate
from train import Run
from train_head import Answers, DistributionLoss, loss_of, rollout

CONFIG = Config(layers=2, hidden=64, heads=4, kv_heads=2, feed_forward=96, vocabulary=512, context=64)
JAVA = ["public final class Names {\n    private int size = 12;\n}\n", "/** Ünïcode — and tabs.\t */\nimport java.util.List;\n"] * 8


def model(seed=1):
    made = Llama(CONFIG).initialise(seed)
    with torch.no_grad():
        made.embedding.mul_(20)
    return made


def tokens(rows, length, seed=2):
    return torch.randint(1, 512, (rows, length), generator=torch.Generator().manual_seed(seed))


def trained_steps(run, count):
    for _ in range(count):
        batch = tokens(4, 17, run.step)
        F.cross_entropy(run.model(batch[:, :-1], run.model.rope(16)).flatten(0, 1), batch[:, 1:].flatten()).backward()
        run.optimiser.step(1.0)
        run.step += 1


class PromptsTest(unittest.TestCase):
    def test_prompts_speak_of_code_of_records_and_of_earlier_answers(self):
        code = "class A {\n" + "    int twice(int number) {\n        int result = 2 * number;\n        return result + 0;\n    }\n" * 4 + "}\n"
        asked = prompts.prompts(1, [code])
        self.assertEqual(asked, prompts.prompts(1, [code]))
        self.assertGreater(sum("int twice" in p for p in asked), 1000)
        self.assertEqual([], [p for p in asked if "{0}" in p or "{}:" in p])
        said = list(prompts.about(random.Random(1), ["A story that ends. " * 9, "Here:\n```python\n" + "x = 1\n" * 20 + "```\nDone.", "No."]))
        self.assertEqual([True, False], ["story" in p for p in said])
        self.assertTrue(said[1].endswith("x = 1\n"))


class ModelTest(unittest.TestCase):
    def test_added_layers_change_nothing_at_first_and_then_learn(self):
        run = Run(model(), pathlib.Path("."))
        trained_steps(run, 2)
        before = run.model(tokens(2, 9), run.model.rope(9))
        run.grow(5)
        self.assertEqual(5, len(run.model.layers))
        torch.testing.assert_close(run.model(tokens(2, 9), run.model.rope(9)), before)
        trained_steps(run, 1)
        self.assertTrue(all(layer.feed_forward.down.abs().max() > 0 for layer in run.model.layers))

    def test_a_resumed_run_steps_like_one_that_never_stopped(self):
        with tempfile.TemporaryDirectory() as folder:
            run = Run(model(), pathlib.Path(folder))
            trained_steps(run, 3)
            run.save()
            resumed = Run.load(run.folder)
            trained_steps(run, 3)
            trained_steps(resumed, 3)
        for mine, theirs in zip(run.model.parameters(), resumed.model.parameters(), strict=True):
            self.assertTrue(torch.equal(mine, theirs))

    def test_a_file_gives_back_model_and_tokenizer(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            tokenizer = prepare.train_tokenizer(JAVA, 320)
            tokenizer.save(str(folder / "tokenizer.json"))
            made = Llama(Config(**{**vars(CONFIG), "vocabulary": tokenizer.get_vocab_size()})).initialise(3)
            write_llama(folder / "model.gguf", made, folder / "tokenizer.json", "test", "test")
            read, data = read_llama(folder / "model.gguf"), Metadata(folder / "model.gguf")
            self.assertAlmostEqual(made.config.epsilon, read.config.epsilon)
            self.assertEqual(made.config, dataclasses.replace(read.config, epsilon=made.config.epsilon))
            for mine, theirs in zip(made.parameters(), read.parameters(), strict=True):
                torch.testing.assert_close(theirs, mine, rtol=0, atol=mine.abs().max().item() / 127)
            for text in JAVA[:2]:
                ids = data.tokenizer().encode(text).ids
                self.assertEqual(tokenizer.encode(text).ids, ids)
                self.assertEqual(text, data.tokenizer().decode(ids))

    def test_windows_count_each_token_once(self):
        for length in (2, 16, 17, 40, 97):
            ids = list(range(length))
            counted = [t for piece, last in evaluate.windows(ids, 16) for t in piece[len(piece) - last :]]
            self.assertEqual(ids[1:], counted)

    def test_nats_do_not_depend_on_batching(self):
        made, ids = model(), tokens(1, 50)[0].tolist()
        pieces = list(evaluate.windows(ids, 16)) + list(evaluate.windows(ids[:7], 16))
        with torch.no_grad():
            one = evaluate.nats(made, pieces, 16)
            self.assertAlmostEqual(one, evaluate.nats(made, pieces, 200), delta=1e-3)
            whole = F.cross_entropy(made(tokens(1, 50)[:, :6], made.rope(6))[0], tokens(1, 50)[0, 1:7], reduction="sum")
            self.assertAlmostEqual(float(whole), evaluate.nats(made, list(evaluate.windows(ids[:7], 16))), delta=1e-3)


class AnswersTest(unittest.TestCase):
    def test_padded_and_cached_answers_have_the_features_of_a_plain_forward(self):
        made = model()
        prompts = [tokens(1, n, n)[0].tolist() for n in (3, 9, 6)]
        generator = answers.Generator(made, [1, 2], len(prompts), 24)
        with torch.no_grad():
            rows = list(generator.run(prompts, 0, torch.zeros(3), torch.Generator().manual_seed(1)))
            for prompt, (ids, features, length) in zip(prompts, rows, strict=True):
                self.assertEqual(prompt, ids[:length].tolist())
                all_ids = torch.from_numpy(ids)[None]
                expected, last = made.features(all_ids, made.rope(len(ids)), [1, 2])
                torch.testing.assert_close(torch.from_numpy(features).float(), expected[0], rtol=2e-3, atol=2e-3)
                greedy = made.logits(last)[0].argmax(-1)[length - 1 : -1]
                self.assertEqual(greedy.tolist(), ids[length:].tolist())


class HeadTest(unittest.TestCase):
    def setUp(self):
        self.target = model()
        d2t = torch.arange(0, 512, 4)
        self.head = heads.Head(heads.head_config(CONFIG, 64), [1, 1, 2], d2t).initialise(self.target, 4)

    def drafted(self, ids, features, start, depth):
        """Drafting as the engine does it: a causal layer over true pairs, then over the head's own states."""
        head, config = self.head, self.target.config
        fused = list(head.fuse(features[: start + 1]))
        for step in range(depth + 1):
            count = len(fused)
            embedded = self.target.embedding[ids[1 : count + 1]]
            x = torch.stack(fused)
            pair = [rms_norm(embedded, head.embedding_norm, 1e-5), rms_norm(x, head.features_norm, 1e-5)]
            q, k, v = F.linear(torch.cat(pair, -1), head.attention.qkv).split(head.attention.split(), -1)
            cos, sin = rope_table(torch.arange(count), config.head_size, config.rope_base)
            q = rotate(q.view(1, count, 4, 16), cos, sin)[0, -1]
            k = rotate(k.view(1, count, 2, 16), cos, sin)[0].repeat_interleave(2, 1)
            v = v.view(count, 2, 16).repeat_interleave(2, 1)
            weights = (torch.einsum("hd,nhd->hn", q, k) / 4).softmax(-1)
            y = x[-1] + F.linear(torch.einsum("hn,nhd->hd", weights, v).flatten(), head.attention.output)
            y = y + head.feed_forward(rms_norm(y, head.feed_forward_norm, 1e-5))
            fused.append(y)
        return head.logits(fused[-1])

    def test_the_rollout_of_training_is_what_drafting_computes(self):
        ids = tokens(1, 12)
        with torch.no_grad():
            features, _ = self.target.features(ids, self.target.rope(12), [1, 1, 2])
            answer = torch.ones(1, 12, dtype=torch.bool)
            sums = torch.arange(12.0)[None]
            steps = rollout(self.head, self.target, ids, features, answer, sums, 3)
            for step, (states, truth, summed, counted) in enumerate(steps):
                logits = self.head.logits(states)
                starts = counted[0].nonzero().flatten().tolist()
                self.assertEqual(list(range(10 - step)), starts)
                for row, start in enumerate(starts):
                    expected = self.drafted(ids[0], features[0], start, step)
                    torch.testing.assert_close(logits[row], expected, rtol=1e-4, atol=1e-4)
                    torch.testing.assert_close(truth[row], features[0, start + step + 1, -64:])
                    self.assertEqual(start + step + 1, summed[row])

    def test_the_loss_has_the_gradient_of_the_cross_entropy_that_it_computes(self):
        generator = torch.Generator().manual_seed(5)
        x, rows = (torch.randn(n, 16, generator=generator, requires_grad=True) for n in (7, 30))
        wanted = torch.rand(7, 30, generator=generator) / 20
        plain = -(wanted * F.linear(x, rows).log_softmax(-1)).sum(-1).mean()
        mine = DistributionLoss.apply(x, rows, wanted)
        torch.testing.assert_close(mine, plain)
        for got, expected in zip(torch.autograd.grad(mine, (x, rows)), torch.autograd.grad(plain, (x, rows)), strict=True):
            torch.testing.assert_close(got, expected)

    def test_training_in_bfloat16_has_about_the_same_loss(self):
        ids = tokens(2, 20)
        with torch.no_grad():
            features, last = self.target.features(ids, self.target.rope(20), [1, 1, 2])
            batch = (ids, features, torch.ones(2, 20, dtype=torch.bool), self.target.logits(last).logsumexp(-1))
            exact, rounded = (loss_of(self.head, self.target, batch, 3, p).item() for p in (torch.float32, torch.bfloat16))
        self.assertAlmostEqual(exact, rounded, delta=0.02 * exact)

    def test_sequences_of_a_batch_are_about_as_long_as_each_other(self):
        answers = Answers([], None)
        answers.sequences = [(np.zeros(n, np.int32), None, 1, True) for n in range(10, 500)]
        for seed in range(20):
            lengths = [len(answers.sequences[i][0]) for i in answers.alike(8, np.random.default_rng(seed))]
            self.assertEqual(8, len(set(lengths)))
            self.assertLess(max(lengths) - min(lengths), 80)

    def test_a_fitted_head_comes_near_the_targets_next_state(self):
        ids = tokens(40, 60)
        with torch.no_grad():
            # as in trained models, states have much in common: the fit keeps its gates open with it
            self.target.embedding.add_(0.7 * torch.randn(64, generator=torch.Generator().manual_seed(3)))
            self.head.initialise(self.target, 4)
            features, _ = self.target.features(ids, self.target.rope(60), [1, 1, 2])
            answers = Answers([], self.target)
            answers.sequences = [(t.numpy(), f.numpy(), 1, True) for t, f in zip(ids, features, strict=True)]
            fit.fit(self.head, self.target, answers)
            batch = (ids, features, torch.ones(40, 60, dtype=torch.bool), torch.zeros(40, 60))
            fused = self.head.step(self.head.fuse(features[:, :-1]), F.embedding(ids[:, 1:], self.target.embedding), [], 0)
            here, there = features[:, :-1, -64:], features[:, 1:, -64:]
            error = (fused - there).pow(2).mean() / (here - there).pow(2).mean()
            self.assertLess(error, 0.25)
            for states, truth, _, _ in rollout(self.head, self.target, *batch, 1):
                hit = self.head.d2t[self.head.logits(states).argmax(-1)] == self.target.logits(truth).argmax(-1)
        self.assertGreater(hit.float().mean(), 10 / 128)

    def test_a_file_gives_back_the_head(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            tokenizer = prepare.train_tokenizer(JAVA, 320)
            tokenizer.save(str(folder / "tokenizer.json"))
            write_llama(folder / "t.gguf", self.target, folder / "tokenizer.json", "test", "test")
            heads.write_head(folder / "h.gguf", self.head, Metadata(folder / "t.gguf"), "test", "test")
            read, data = heads.read_head(folder / "h.gguf"), Metadata(folder / "h.gguf")
            self.assertEqual("eagle3", data.get("general.architecture"))
            self.assertEqual([1, 1, 2], read.target_layers)
            self.assertEqual(2, data.get("eagle3.target_block_count"))
            self.assertTrue(torch.equal(self.head.d2t, read.d2t))
            for mine, theirs in zip(self.head.parameters(), read.parameters(), strict=True):
                torch.testing.assert_close(theirs, mine, rtol=0, atol=mine.abs().max().item() / 127)

    def test_rounds_of_chains(self):
        self.assertEqual([2, 0, 1], list(measure_draft.rounds([True, True, False, False, True], 3)))
        self.assertEqual([2, 1], list(measure_draft.rounds([True] * 4, 2)))

    def test_short_answers_are_left_out(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "0000.npz"
            states = np.random.default_rng(4).normal(size=(15, 64)).astype(np.float16)
            np.savez(path, layers=[2], lengths=[3, 12], prompts=[2, 3], tokens=np.arange(15), features=states)
            answers = Answers([path], self.target)
            (ids, _, prompt, greedy), = answers.sequences
            self.assertEqual((list(range(3, 15)), 3, False), (ids.tolist(), prompt, greedy))
            logits = self.target.logits(torch.from_numpy(states[3:]).float())
            torch.testing.assert_close(torch.from_numpy(answers.sums[0]), logits.logsumexp(-1).detach())


class ConverterTest(unittest.TestCase):
    def test_rows_are_reordered_from_halves_to_pairs(self):
        weight = torch.randn(32, 8, generator=torch.Generator().manual_seed(5))
        x, position = torch.randn(8, generator=torch.Generator().manual_seed(6)), torch.tensor([7])
        cos, sin = rope_table(position, 16, 10_000.0)
        halves = (weight @ x).view(2, 2, 8)
        a, b, c, s = halves[:, 0], halves[:, 1], cos.view(8), sin.view(8)
        expected = torch.stack([a * c - b * s, a * s + b * c], 1)
        paired = torch.from_numpy(convert_head.paired(weight.numpy(), 2))
        turned = rotate((paired @ x).view(1, 1, 2, 16), cos, sin).view(2, 8, 2)
        torch.testing.assert_close(turned.transpose(1, 2), expected)

    def test_offsets_become_ids_and_doubles_are_refused(self):
        self.assertEqual([0, 3, 4], convert_head.absolute(np.array([0, 2, 2])).tolist())
        with self.assertRaisesRegex(SystemExit, "3 draft ids, 2 target ids"):
            convert_head.absolute(np.array([0, 0, -1]))


if __name__ == "__main__":
    unittest.main()
