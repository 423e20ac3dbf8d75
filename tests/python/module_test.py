"""The Python module against NumPy and against the golden cases. Run: python -m unittest module_test"""

import json
import pathlib
import tempfile
import threading
import unittest

import numpy as np
import tamis

GOLDEN = pathlib.Path(__file__).parent.parent / "golden"
PIPELINE = [{"type": "temperature", "temperature": 0.8}, {"type": "top_p", "p": 0.9}]
LOGITS = np.random.default_rng(3).normal(0, 2, 200).astype(np.float32)


def softmax(z):
    weights = np.exp(z - np.max(z))
    return weights / weights.sum()


def nucleus(logits, temperature, mass, more=0):
    """Top-p in NumPy; `more` tokens than it should keep."""
    p = softmax(logits.astype(np.float64) / temperature)
    order = np.argsort(-p, kind="stable")
    kept = order[: np.searchsorted(np.cumsum(p[order]), mass) + 1 + more]
    q = np.zeros_like(p)
    q[kept] = p[kept]
    return q / q.sum()


def draws_of(p, n, seed=1):
    return np.random.default_rng(seed).choice(len(p), n, p=p)


class Distribution(unittest.TestCase):
    def test_is_what_numpy_computes(self):
        p = tamis.distribution(LOGITS, PIPELINE)
        self.assertEqual((p.dtype, p.shape), (np.float64, (200,)))
        np.testing.assert_allclose(p, nucleus(LOGITS, 0.8, 0.9), atol=1e-6)
        np.testing.assert_array_equal(p, tamis.distribution(LOGITS, {"temperature": 0.8, "top_p": 0.9}))
        np.testing.assert_array_equal(p, tamis.distribution(LOGITS, json.dumps(PIPELINE)))

    def test_is_that_of_the_golden_cases(self):
        # On the edge of a cut the peer's own rounding decides; `tamis check` tells those apart, here they may be few.
        count = differing = 0
        for name in ["processors.jsonl", "chains.jsonl", "llama_cpp.jsonl"]:
            for line in (GOLDEN / name).read_text().splitlines():
                case = json.loads(line)
                prompt, generated = case.get("prompt", []), case.get("generated", [])
                floats = lambda key: np.array([-np.inf if x is None else x for x in case[key]], np.float32)
                p = tamis.distribution(
                    floats("logits"), case["pipeline"], prompt + generated, prompt_length=len(prompt)
                )
                count += 1
                differing += not np.allclose(p, softmax(floats("expected_logits")), atol=2e-4)
        self.assertGreater(count, 400)
        self.assertLessEqual(differing, 4)

    def test_takes_any_floating_point_array(self):
        right = tamis.distribution(LOGITS, PIPELINE)
        doubled = np.repeat(LOGITS, 2)
        read_only = LOGITS.copy()
        read_only.flags.writeable = False
        for same in [LOGITS.astype(np.float64), doubled[::2], LOGITS[::-1].copy()[::-1], LOGITS.tolist(), read_only]:
            np.testing.assert_array_equal(tamis.distribution(same, PIPELINE), right)
        half = LOGITS.astype(np.float16)
        np.testing.assert_array_equal(
            tamis.distribution(half, PIPELINE), tamis.distribution(half.astype(np.float32), PIPELINE)
        )

    def test_of_a_batch_is_that_of_its_rows(self):
        rows = np.stack([LOGITS, LOGITS[::-1]])
        for batch in [rows, np.asfortranarray(rows), rows.astype(np.float16).astype(np.float32)]:
            p = tamis.distribution(batch, PIPELINE)
            self.assertEqual(p.shape, (2, 200))
            for row, got in zip(batch, p):
                np.testing.assert_array_equal(tamis.distribution(row, PIPELINE), got)

    def test_knows_the_history(self):
        step = [{"type": "presence_penalty", "penalty": 1.0}]
        p = tamis.distribution(np.zeros(3, np.float32), step, history=[1, 2], prompt_length=1)
        np.testing.assert_allclose(p, softmax(np.array([0, 0, -1.0])), atol=1e-6)
        p = tamis.distribution(np.zeros(3, np.float32), step, history=np.array([1, 2], np.int32))
        np.testing.assert_allclose(p, softmax(np.array([0, -1.0, -1.0])), atol=1e-6)

    def test_takes_torch_tensors(self):
        try:
            import torch
        except ImportError:
            self.skipTest("torch is not installed")
        right = tamis.distribution(LOGITS, PIPELINE)
        tensor = torch.from_numpy(LOGITS)
        np.testing.assert_array_equal(tamis.distribution(tensor, PIPELINE), right)
        np.testing.assert_array_equal(tamis.distribution(tensor.clone().requires_grad_(), PIPELINE), right)
        for dtype in [torch.bfloat16, torch.float16, torch.float64]:
            rounded = tensor.to(dtype)
            np.testing.assert_array_equal(
                tamis.distribution(rounded, PIPELINE), tamis.distribution(rounded.float().numpy(), PIPELINE)
            )


class Sample(unittest.TestCase):
    def test_is_a_function_of_seed_and_position(self):
        tokens = tamis.sample(LOGITS, PIPELINE, 7, n=100)
        self.assertEqual((tokens.dtype, tokens.shape), (np.int32, (100,)))
        np.testing.assert_array_equal(tamis.sample(LOGITS, PIPELINE, 7, position=40, n=60), tokens[40:])
        self.assertFalse((tamis.sample(LOGITS, PIPELINE, 8, n=100) == tokens).all())
        batch = tamis.sample(np.stack([LOGITS[::-1], LOGITS, LOGITS]), PIPELINE, [1, 7, 8], n=100)
        self.assertEqual(batch.shape, (3, 100))
        np.testing.assert_array_equal(batch[1], tokens)
        np.testing.assert_array_equal(batch[2], tamis.sample(LOGITS, PIPELINE, 8, n=100))
        np.testing.assert_array_equal(tamis.sample(np.stack([LOGITS, LOGITS]), PIPELINE, 7, n=100), batch[1:])

    def test_conforms(self):
        for pipeline in [PIPELINE, [{"type": "xtc", "probability": 0.5, "threshold": 0.1}], []]:
            draws = tamis.sample(LOGITS, pipeline, 1, n=50_000)
            self.assertTrue(tamis.conform(LOGITS, pipeline, draws))

    def test_lets_other_threads_run(self):
        thread = threading.Thread(target=tamis.sample, args=(np.tile(LOGITS, 100), [], 1), kwargs={"n": 20_000})
        thread.start()
        steps = 0
        while thread.is_alive():
            steps += 1
        self.assertGreater(steps, 1000)


class Conform(unittest.TestCase):
    def test_accepts_a_right_sampler_and_refuses_wrong_ones(self):
        for more, conforms in [(0, True), (-1, False), (1, False)]:
            found = tamis.conform(LOGITS, PIPELINE, draws_of(nucleus(LOGITS, 0.8, 0.9, more), 20_000))
            self.assertEqual((bool(found), found.passed), (conforms, conforms))
            self.assertEqual(found.p_value >= found.alpha, conforms)
            self.assertIn("The sampler conforms" if conforms else "does not conform", found.verdict)
            self.assertEqual(found.rows[0]["draws"], 20_000)
            self.assertEqual(found.rows[0]["outside"] > 0, more == 1)

    def test_of_a_batch_names_the_worst_row(self):
        right = nucleus(LOGITS, 0.8, 0.9)
        draws = np.stack([draws_of(right, 5000, 2), draws_of(nucleus(LOGITS, 1.2, 0.9), 5000)])
        found = tamis.conform(np.stack([LOGITS, LOGITS]), PIPELINE, draws.astype(np.uint16), alpha=1e-4)
        self.assertFalse(found)
        self.assertEqual((found.worst_row, found.alpha, len(found.rows)), (1, 1e-4, 2))

    def test_writes_a_page(self):
        found = tamis.conform(LOGITS, PIPELINE, tamis.sample(LOGITS, PIPELINE, 1, n=5000))
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "report.html"
            found.report_html(path, title="Mine & yours")
            page = path.read_text(encoding="utf-8")
        self.assertEqual(page, found.html("Mine & yours"))
        self.assertIn("Mine &amp; yours", page)
        self.assertIn("<svg", page)


class Mistakes(unittest.TestCase):
    def refused(self, sentence, call, *arguments, **named):
        with self.assertRaises(ValueError) as caught:
            call(*arguments, **named)
        self.assertIn(sentence, str(caught.exception))
        self.assertNotIn("\n", str(caught.exception))

    def test_are_value_errors_of_one_sentence(self):
        d, s, c = tamis.distribution, tamis.sample, tamis.conform
        z = np.zeros(3, np.float32)
        self.refused("logits is a str that cannot be read", d, "x", [])
        self.refused("logits is a NoneType that cannot be read", d, None, [])
        self.refused("a list cannot be read as an array of numbers", d, ["a"], [])
        self.refused("logits has the shape (1, 1, 3); it must have one dimension or two", d, z[None, None], [])
        self.refused("logits has the shape (0,); it must hold one token at least", d, z[:0], [])
        self.refused("logits hold no floating-point numbers", d, z.astype(np.int64), [])
        self.refused("the model returned a logit that is NaN or plus infinity", d, [0, np.nan], [])
        self.refused("row 1: every token is masked", d, [[0, 1], [-np.inf, -np.inf]], [])
        self.refused("did you mean 'top_k'?", d, z, [{"type": "top_kk", "k": 3}])
        self.refused('step 1 of the pipeline, "top_k": its "k" is -3', d, z, [{"type": "top_k", "k": -3}])
        self.refused("unknown key 'top_kk'", d, z, {"top_kk": 3})
        self.refused("top_p is 7; it must be", d, z, {"top_p": 7})
        self.refused("the pipeline is not proper JSON", d, z, "[")
        self.refused("the pipeline cannot be written as JSON", d, z, [{"type": z}])
        self.refused("history has the token 3; the logits are of the tokens 0 to 2", d, z, [], [3])
        self.refused("history must hold whole numbers", d, z, [], np.array([0.5]))
        self.refused("prompt_length is 2; it must be from 0 to 1", d, z, [], [0], prompt_length=2)
        self.refused("n is 0; it must be 1 or more", s, z, [], 1, n=0)
        self.refused("n is 'many'; it must be a whole number that fits in 64 bits", s, z, [], 1, n="many")
        self.refused("seed is -1; it must be a whole number from 0 to 18446744073709551615", s, z, [], -1)
        self.refused("position is 0.5; it must be a whole number", s, z, [], 1, position=0.5)
        self.refused("prompt_length is None; it must be a whole number", d, z, [], prompt_length=None)
        self.refused("alpha is None; it must be a number", c, z, [], [0, 1], None)
        self.refused("seed holds 2 numbers for 1 rows", s, z, [], [1, 2])
        self.refused("alpha is 1.0; it must be more than 0 and less than 1", c, z, [], [0, 1], 1)
        self.refused("draws must hold whole numbers", c, z, [], z)
        self.refused("draws has the shape (1, 2) and logits (3,)", c, z, [], [[0, 1]])
        self.refused("draws is empty", c, z, [], [])
        self.refused("the draws are too few to tell", c, z, [], [0, 1])
        self.refused("holds 1099511627776, which is no token id", c, z, [], [2**40])


class Package(unittest.TestCase):
    def test_has_types(self):
        folder = pathlib.Path(tamis.__file__).parent
        self.assertTrue((folder / "py.typed").exists())
        self.assertIn("class Conformance", (folder / "_core.pyi").read_text())


if __name__ == "__main__":
    unittest.main()
