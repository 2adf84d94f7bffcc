// The official client against a server: node openai_client_test.mjs PACKAGE URL MODEL KEY
import assert from "node:assert/strict";

const [entry, url, model, key] = process.argv.slice(2);
const { default: OpenAI } = await import(entry);
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
const messages = [{ role: "user", content: "hello" }];

const models = await client.models.list();
assert.deepEqual(models.data.map((m) => m.id), [model]);

const whole = await client.chat.completions.create({
  model, messages, max_completion_tokens: 24, temperature: 0, user: "tester",
});
let text = "";
let reason = null;
let usage = null;
const stream = await client.chat.completions.create({
  model, messages, max_completion_tokens: 24, temperature: 0, stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  text += chunk.choices[0]?.delta?.content ?? "";
  reason = chunk.choices[0]?.finish_reason ?? reason;
  usage = chunk.usage ?? usage;
}
assert.equal(text, whole.choices[0].message.content);
assert.equal(reason, whole.choices[0].finish_reason);
assert.equal(usage.completion_tokens, whole.usage.completion_tokens);

const schema = {
  type: "object",
  properties: { city: { enum: ["Paris", "Oslo"] }, sure: { type: "boolean" } },
  required: ["city", "sure"],
  additionalProperties: false,
};
const bound = await client.chat.completions.create({
  model, messages, max_completion_tokens: 200,
  response_format: { type: "json_schema", json_schema: { name: "trip", strict: true, schema } },
});
const trip = JSON.parse(bound.choices[0].message.content);
assert.ok(["Paris", "Oslo"].includes(trip.city) && typeof trip.sure === "boolean");

const tools = [{ type: "function", function: { name: "travel", parameters: schema } }];
const called = await client.chat.completions.create({
  model, messages, max_completion_tokens: 200, tools, tool_choice: "required",
  parallel_tool_calls: false,
});
assert.equal(called.choices[0].finish_reason, "tool_calls");
const call = called.choices[0].message.tool_calls[0];
assert.equal(call.function.name, "travel");
assert.ok(typeof JSON.parse(call.function.arguments).sure === "boolean");
const after = await client.chat.completions.create({
  model, max_completion_tokens: 4, tools,
  messages: [
    ...messages,
    called.choices[0].message,
    { role: "tool", tool_call_id: call.id, content: "booked" },
  ],
});
assert.ok(after.usage.prompt_tokens > called.usage.prompt_tokens);

const pieces = [];
const calls = await client.chat.completions.create({
  model, messages, max_completion_tokens: 200, tools, tool_choice: "required", stream: true,
  parallel_tool_calls: false,
});
for await (const chunk of calls) {
  pieces.push(...(chunk.choices[0]?.delta?.tool_calls ?? []));
}
assert.ok(pieces.length > 2 && pieces[0].id && pieces[0].function.name === "travel");
assert.ok(pieces.slice(1).every((p) => p.index === 0 && !p.id && !p.function.name));
assert.ok(["Paris", "Oslo"].includes(JSON.parse(pieces.map((p) => p.function.arguments).join("")).city));

const helper = client.chat.completions.stream({
  model, messages, max_completion_tokens: 200, tools,
  tool_choice: { type: "function", function: { name: "travel" } },
});
const final = await helper.finalChatCompletion();
assert.equal(final.choices[0].message.tool_calls[0].function.name, "travel");

await assert.rejects(
  client.chat.completions.create({ model, messages, temperature: -1 }),
  (e) => e instanceof OpenAI.BadRequestError && e.param === "temperature",
);
await assert.rejects(
  client.chat.completions.create({ model: "gpt-4", messages }),
  (e) => e instanceof OpenAI.NotFoundError && e.code === "model_not_found" && e.message.includes(model),
);
await assert.rejects(
  new OpenAI({ baseURL: `${url}/v1`, apiKey: "wrong", maxRetries: 0 }).models.list(),
  OpenAI.AuthenticationError,
);
await assert.rejects(
  client.embeddings.create({ model, input: "text" }),
  (e) => e.status === 501 && e.message.includes("embeddings"),
);
console.log("agrees");
