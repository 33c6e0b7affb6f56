/** Two fake providers behind one `fetch`, to run the examples without a key. The first is overloaded every other time. */
import { fakeProvider } from "switchman/testkit";

const providers = {
  "gpt-4o-mini": fakeProvider({ name: "shaky", keepCalls: 0, faults: (n) => n % 2 === 1 && { status: 503 } }),
  "gpt-4.1-mini": fakeProvider({ name: "steady", keepCalls: 0 }),
};

/** @type {typeof fetch} */
export async function fakeOpenAI(input, init) {
  const request = new Request(input, init);
  const { model } = await request.clone().json();
  return providers[model].fetch(request);
}
