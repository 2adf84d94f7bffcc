"""Drives a running server with the official openai client: python openai_client_test.py URL MODEL"""

import json
import sys

import openai


def completions(client, model):
    whole = client.completions.create(
        model=model, prompt="the storm", temperature=0, max_tokens=12,
        logprobs=2, extra_body={"ignore_eos": True})
    choice = whole.choices[0]
    assert choice.text and choice.finish_reason == "length", choice
    assert whole.usage.completion_tokens == 12, whole.usage
    assert len(choice.logprobs.tokens) == len(choice.logprobs.token_logprobs) == 12
    assert whole.speculation["rounds"] > 0, whole

    chunks = list(client.completions.create(
        model=model, prompt="the storm", temperature=0, max_tokens=12,
        stream=True, extra_body={"ignore_eos": True}))
    assert "".join(chunk.choices[0].text for chunk in chunks) == choice.text
    assert chunks[-1].speculation["rounds"] > 0


def chat(client, model):
    messages = [{"role": "user", "content": "hello"}]
    whole = client.chat.completions.create(
        model=model, messages=messages, n=2, seed=7, temperature=1.2,
        max_completion_tokens=10, logprobs=True, top_logprobs=3,
        prediction={"type": "content", "content": "hello"})
    assert [choice.index for choice in whole.choices] == [0, 1]
    for choice in whole.choices:
        assert choice.message.role == "assistant"
        assert choice.finish_reason in ("stop", "length")
        for token in choice.logprobs.content:
            assert token.logprob <= 0 and len(token.top_logprobs) == 3
    assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens
    assert whole.usage.completion_tokens_details.rejected_prediction_tokens >= 0
    assert whole._request_id and whole.id.endswith(whole._request_id)

    same = client.chat.completions.create(
        model=model, messages=messages, seed=7, temperature=1.2, max_completion_tokens=10)
    assert same.choices[0].message.content == whole.choices[0].message.content

    text, usage = "", None
    for chunk in client.chat.completions.create(
            model=model, messages=messages, seed=7, temperature=1.2, max_completion_tokens=10,
            stream=True, stream_options={"include_usage": True}):
        if chunk.choices:
            assert chunk.usage is None
            text += chunk.choices[0].delta.content or ""
        else:
            usage = chunk.usage
    assert text == same.choices[0].message.content
    assert usage.completion_tokens == same.usage.completion_tokens


def tools(client, model):
    schema = {
        "type": "object",
        "properties": {"city": {"enum": ["Paris", "Oslo"]}, "sure": {"type": "boolean"}},
        "required": ["city", "sure"],
        "additionalProperties": False,
    }
    asked = dict(
        model=model, messages=[{"role": "user", "content": "hello"}], max_completion_tokens=200,
        seed=3, tools=[{"type": "function", "function": {"name": "travel", "parameters": schema}}],
        tool_choice={"type": "function", "function": {"name": "travel"}})
    whole = client.chat.completions.create(**asked)
    assert whole.choices[0].finish_reason == "tool_calls", whole
    call = whole.choices[0].message.tool_calls[0]
    trip = json.loads(call.function.arguments)
    assert call.function.name == "travel" and trip["city"] in ("Paris", "Oslo"), call

    pieces = [
        piece
        for chunk in client.chat.completions.create(stream=True, **asked)
        for piece in chunk.choices[0].delta.tool_calls or []
    ]
    assert len(pieces) > 2, pieces
    assert pieces[0].id and pieces[0].function.name == "travel", pieces[0]
    assert all(piece.index == 0 for piece in pieces)
    assert all(piece.id is None and piece.function.name is None for piece in pieces[1:]), pieces
    assert json.loads("".join(piece.function.arguments for piece in pieces)) == trip

    with client.chat.completions.stream(**asked) as stream:
        final = stream.get_final_completion()
    assert json.loads(final.choices[0].message.tool_calls[0].function.arguments) == trip


def models(client, model):
    assert [card.id for card in client.models.list()] == [model]
    assert client.models.retrieve(model).id == model


def refusals(client, model):
    wrong = [
        (openai.BadRequestError, "temperature", dict(temperature=-1)),
        (openai.BadRequestError, "max_tokens", dict(max_tokens=10**6)),
        (openai.NotFoundError, "model", dict(model="gpt-4")),
    ]
    for kind, field, options in wrong:
        try:
            client.completions.create(**{"model": model, "prompt": "a", **options})
        except kind as error:
            assert error.param == field, error
            assert error.type == "invalid_request_error" and error.body["message"]
        else:
            raise AssertionError(f"{options} was accepted")
    for kind, call in [
        (openai.NotFoundError, lambda: client.models.retrieve("gpt-4")),
        (openai.AuthenticationError,
         lambda: client.with_options(api_key="wrong").models.list()),
    ]:
        try:
            call()
        except kind:
            continue
        raise AssertionError(f"{kind} was not raised")


def failure_in_a_stream(client, model):
    """The server is told to give a request little time."""
    try:
        for _ in client.completions.create(
                model=model, prompt="slow", max_tokens=900, stream=True,
                extra_body={"ignore_eos": True}):
            pass
    except openai.APIError as error:
        assert "timeout" in error.message, error
        assert error.code == "timeout", error
    else:
        raise AssertionError("the stream ended as if it were whole")


def main():
    url, model, key = sys.argv[1:4]
    client = openai.OpenAI(base_url=url + "/v1", api_key=key, max_retries=0, timeout=60)
    for test in (completions, chat, tools, models, refusals):
        test(client, model)
    if "--slow" in sys.argv:
        failure_in_a_stream(client, model)
    print("openai", openai.__version__, "agrees")


if __name__ == "__main__":
    main()
