"""llama.cpp as a peer of the benchmark: answers commands on stdin with milliseconds on stdout.

Needs the Python package llama-cpp-python, built without OpenMP (its spinning slows two cores down):
CMAKE_ARGS="-DGGML_OPENMP=OFF" pip install llama-cpp-python

  decode CONTEXT TOKENS   milliseconds a token of plain greedy decoding after CONTEXT tokens
  verify ROWS CONTEXT N   milliseconds of a forward of ROWS rows that all want logits, median of N
  prefill TOKENS          milliseconds of a prompt
  greedy COUNT ID...      ids of a greedy continuation of COUNT tokens
"""

import statistics
import sys
import time

import llama_cpp as llama
import numpy


class Peer:
    def __init__(self, model, threads):
        self.llm = llama.Llama(
            model_path=model, n_ctx=4096, n_batch=512, n_threads=threads, n_threads_batch=threads, verbose=False
        )
        self.ctx = self.llm.ctx
        self.batch = llama.llama_batch_init(512, 0, 1)
        self.vocabulary = self.llm.n_vocab()

    def forget(self, position):
        llama.llama_memory_seq_rm(llama.llama_get_memory(self.ctx), 0, position, -1)

    def forward(self, tokens, position, all_logits):
        batch = self.batch
        batch.n_tokens = len(tokens)
        for i, token in enumerate(tokens):
            batch.token[i] = token
            batch.pos[i] = position + i
            batch.seq_id[i][0] = 0
            batch.n_seq_id[i] = 1
            batch.logits[i] = 1 if all_logits or i == len(tokens) - 1 else 0
        if llama.llama_decode(self.ctx, batch) != 0:
            raise RuntimeError("llama_decode failed")

    def fill(self, context):
        self.forget(0)
        for start in range(0, context, 512):
            self.forward([1000 + i % 500 for i in range(start, min(context, start + 512))], start, False)

    def argmax(self):
        logits = llama.llama_get_logits_ith(self.ctx, -1)
        return int(numpy.ctypeslib.as_array(logits, shape=(self.vocabulary,)).argmax())

    def decode(self, context, count):
        self.fill(context)
        token = self.argmax()
        start = time.perf_counter()
        for i in range(count):
            self.forward([token], context + i, True)
            token = self.argmax()
        return (time.perf_counter() - start) * 1000 / count

    def verify(self, rows, context, repetitions):
        self.fill(context)
        times = []
        for _ in range(repetitions):
            self.forget(context)
            start = time.perf_counter()
            self.forward([1000 + i for i in range(rows)], context, True)
            times.append((time.perf_counter() - start) * 1000)
        return statistics.median(times)

    def prefill(self, count):
        start = time.perf_counter()
        self.fill(count)
        return (time.perf_counter() - start) * 1000

    def greedy(self, count, *prompt):
        self.forget(0)
        self.forward(list(prompt), 0, False)
        ids = []
        for i in range(count):
            ids.append(self.argmax())
            if i + 1 < count:
                self.forward(ids[-1:], len(prompt) + i, True)
        return " ".join(map(str, ids))


def main():
    peer = Peer(sys.argv[1], int(sys.argv[2]))
    print("ready", flush=True)
    for line in sys.stdin:
        command, *arguments = line.split()
        print(getattr(peer, command)(*map(int, arguments)), flush=True)


if __name__ == "__main__":
    main()
