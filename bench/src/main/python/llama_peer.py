"""llama.cpp as a peer of the benchmark: answers commands on stdin with milliseconds on stdout.

Needs the Python package llama-cpp-python, built without OpenMP (its spinning slows two cores down):
CMAKE_ARGS="-DGGML_OPENMP=OFF" pip install llama-cpp-python

  decode CONTEXT TOKENS   milliseconds a token of plain greedy decoding after CONTEXT tokens
  verify ROWS CONTEXT N   milliseconds of a forward of ROWS rows that all want logits, median of N
  prefill TOKENS          milliseconds of a prompt
  greedy COUNT ID...      ids of a greedy continuation of COUNT tokens
  sequences N CONTEXT T   milliseconds of a step of N sequences, each a token further, over T steps
  lookup DRAFT N ID...    milliseconds a token of N greedy ones after the first, with the package's
                          prompt-lookup drafts of DRAFT tokens; 0 is plain decoding
  memory                  most megabytes that were resident
"""

import statistics
import sys
import time

import llama_cpp as llama
import numpy
from llama_cpp.llama_speculative import LlamaPromptLookupDecoding


class Peer:
    def __init__(self, model, threads):
        self.llm = llama.Llama(
            model_path=model, n_ctx=4096, n_batch=512, n_threads=threads, n_threads_batch=threads, verbose=False
        )
        self.threads = threads
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

    def argmax(self, row=-1):
        logits = llama.llama_get_logits_ith(self.ctx, row)
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

    def sequences(self, count, context, steps):
        params = llama.llama_context_default_params()
        params.n_ctx = count * (context + steps + 63) // 64 * 64
        params.n_batch = params.n_ubatch = 512
        params.n_seq_max = count
        params.n_threads = params.n_threads_batch = self.threads
        params.kv_unified = True
        ctx = llama.llama_init_from_model(self.llm.model, params)
        batch = self.batch

        def step(rows):
            batch.n_tokens = len(rows)
            for i, (token, position, sequence, logits) in enumerate(rows):
                batch.token[i] = token
                batch.pos[i] = position
                batch.seq_id[i][0] = sequence
                batch.n_seq_id[i] = 1
                batch.logits[i] = logits
            if llama.llama_decode(ctx, batch) != 0:
                raise RuntimeError("llama_decode failed")

        for sequence in range(count):
            step([(1000 + (i + 7 * sequence) % 500, i, sequence, 0) for i in range(context)])
        tokens = [1000 + sequence for sequence in range(count)]
        start = time.perf_counter()
        for i in range(steps):
            step([(tokens[sequence], context + i, sequence, 1) for sequence in range(count)])
            for sequence in range(count):
                logits = llama.llama_get_logits_ith(ctx, sequence)
                tokens[sequence] = int(numpy.ctypeslib.as_array(logits, shape=(self.vocabulary,)).argmax())
        took = (time.perf_counter() - start) * 1000 / steps
        llama.llama_free(ctx)
        return took

    def lookup(self, draft, count, *prompt):
        drafter = LlamaPromptLookupDecoding(max_ngram_size=2, num_pred_tokens=draft)
        self.forget(0)
        for start in range(0, len(prompt), 512):
            self.forward(list(prompt[start : start + 512]), start, False)
        ids = list(prompt) + [self.argmax()]
        begin = time.perf_counter()
        while len(ids) < len(prompt) + count:
            position = len(ids) - 1
            drafted = [int(t) for t in drafter(numpy.array(ids, dtype=numpy.intc))] if draft else []
            self.forward([ids[-1]] + drafted, position, True)
            for row in range(len(drafted) + 1):
                ids.append(self.argmax(row))
                if row < len(drafted) and drafted[row] != ids[-1]:
                    break
            self.forget(len(ids) - 1)
        return (time.perf_counter() - begin) * 1000 / (len(ids) - len(prompt) - 1)

    def memory(self):
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


def main():
    peer = Peer(sys.argv[1], int(sys.argv[2]))
    print("ready", flush=True)
    for line in sys.stdin:
        command, *arguments = line.split()
        print(getattr(peer, command)(*map(int, arguments)), flush=True)


if __name__ == "__main__":
    main()
