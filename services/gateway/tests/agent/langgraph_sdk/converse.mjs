// Drives a version of LangChain's client through a scenario, and writes what it sees, a JSON object per line.
// Usage: node converse.mjs VERSION SCENARIO URL HEADERS WORDS...

const [version, scenario, apiUrl, headers, ...words] = process.argv.slice(2);
const { Client } = await import(`sdk-${version}`);
const { getBranchContext, getMessagesMetadataMap, MessageTupleManager } = await import(`sdk-${version}/ui`);

const tell = (name, data) => console.log(JSON.stringify({ name, data }));
const MODES = ["values", "messages-tuple", "custom"];

// The requests as they go out; `spoil` may replace the answer to one of them.
const requests = [];
let spoil = async (_, response) => response;
const send = async (url, options) => {
  const number = requests.push(`${options?.method ?? "GET"} ${new URL(url).pathname}`) - 1;
  const lastEventId = new Headers(options?.headers).get("last-event-id");
  return spoil({ number, url: String(url), method: options?.method ?? "GET", lastEventId }, await fetch(url, options));
};

const client = new Client({ apiUrl, apiKey: null, defaultHeaders: JSON.parse(headers), callerOptions: { fetch: send } });
const getMessages = (values) => values.messages ?? [];

const human = (text) => ({ id: crypto.randomUUID(), type: "human", content: [{ type: "text", text }] });

let seen = 0;

/** A run as agent-chat-ui begins it: what it types, message by message, and the state that it ends with. */
async function run(threadId, payload) {
  const typed = new MessageTupleManager();
  const ids = new Set();
  let state;
  let runId;
  const stream = client.runs.stream(threadId, "agent", {
    streamMode: MODES,
    streamSubgraphs: true,
    streamResumable: true,
    onDisconnect: "continue",
    ...payload,
  });
  for await (const { event, data } of stream) {
    if (event) seen += 1;
    if (event === "metadata") {
      runId = data.run_id;
      tell("begun", { threadId, runId });
    } else if (event === "values") {
      state = data;
    } else if (event === "messages") {
      ids.add(typed.add(data[0], data[1]));
    } else if (event === "custom" && typeof data.name === "string") {
      // An event of the reply, as POST /chat streams it: for our own page. agent-chat-ui asks for them and has no use for them.
    } else if (event) {
      // Version 1.8.10 makes an event without a name of each comment.
      tell("unexpected", { event, data });
    }
  }
  const texts = [...ids].map((id) => [id, typed.get(id).chunk.content]);
  return { runId, typed: Object.fromEntries(texts), state };
}

/** The thread as agent-chat-ui shows it after a run: the messages of a branch, and each message's alternatives. */
async function shown(threadId, branch = "") {
  const history = await client.threads.getHistory(threadId, { limit: 100 });
  const branchContext = getBranchContext(branch, history);
  const metadata = getMessagesMetadataMap({ history, branchContext, getMessages, initialValues: null });
  const head = branchContext.threadHead;
  return {
    head,
    messages: head ? getMessages(head.values) : [],
    metadata,
    alternatives: metadata.map((it) => it.branchOptions?.length ?? 1),
    interrupts: head?.tasks.at(-1)?.interrupts ?? [],
  };
}

const scenarios = {
  async conversation() {
    const thread = await client.threads.create({ metadata: {} });
    const id = thread.thread_id;
    const first = await run(id, { input: { messages: [human(words[0])] } });
    tell("ended", { ...first, shown: await shown(id) });
    const [found] = await client.threads.search({ metadata: { graph_id: "agent" }, limit: 100 });
    tell("found", found);

    const after = await shown(id);
    const checkpoint = after.head.checkpoint;
    const second = await run(id, { input: { messages: [human(words[1])] }, checkpoint });
    tell("ended", { ...second, shown: await shown(id) });

    // Edit of the first message: without an id, from its parent.
    const parent = (await shown(id)).metadata[0].firstSeenState.parent_checkpoint;
    const edited = await run(id, { input: { messages: [{ type: "human", content: words[2] }] }, checkpoint: parent });
    const view = await shown(id);
    tell("ended", { ...edited, shown: view });
    const other = view.metadata[0].branchOptions.find((it) => it !== view.metadata[0].branch);
    tell("other branch", await shown(id, other));

    // Regenerate: the same question again, from the answer's parent.
    const answered = view.metadata[1].firstSeenState.parent_checkpoint;
    const again = await run(id, { input: undefined, checkpoint: answered });
    tell("ended", { ...again, shown: await shown(id) });
  },

  async interrupt() {
    const { thread_id: id } = await client.threads.create();
    for (const decision of [{ type: "reject", message: "no" }, { type: "approve" }]) {
      const asked = await run(id, { input: { messages: [human(words[0])] } });
      tell("asked", { ...asked, shown: await shown(id) });
      const decided = await run(id, {
        input: {},
        command: { resume: { decisions: [decision] } },
        streamResumable: false,
        onDisconnect: "cancel",
      });
      tell("decided", { ...decided, shown: await shown(id) });
    }
    const edited_action = { name: "change_icp", args: { industries: ["C"], employees_from: 5 } };
    await run(id, { input: { messages: [human(words[1])] } });
    const edited = await run(id, { input: {}, command: { resume: { decisions: [{ type: "edit", edited_action }] } } });
    tell("decided", { ...edited, shown: await shown(id) });
    await run(id, { input: { messages: [human(words[0])] } });
    const left = await run(id, { input: {}, command: { goto: "__end__" } });
    tell("left", { ...left, shown: await shown(id) });
  },

  // The connection breaks once the client has read two events; it goes on where it was.
  async broken() {
    let isBroken = false;
    spoil = async ({ method, lastEventId }, response) => {
      if (method === "GET" && lastEventId) tell("joined", { lastEventId });
      if (isBroken || !response.headers.get("content-type")?.includes("event-stream")) return response;
      isBroken = true;
      const reader = response.body.getReader();
      let events = 0;
      const pull = async (controller) => {
        if (events < 2) {
          const { value } = await reader.read();
          events += new TextDecoder().decode(value).match(/^id: /gm)?.length ?? 0;
          controller.enqueue(value);
          return;
        }
        while (seen < 2) await new Promise((resolve) => setTimeout(resolve, 10));
        await reader.cancel();
        controller.error(new TypeError("network error: the connection is broken"));
      };
      const body = new ReadableStream({ pull }, { highWaterMark: 0 });
      return new Response(body, { status: response.status, headers: response.headers });
    };
    const { thread_id: id } = await client.threads.create();
    const ended = await run(id, { input: { messages: [human(words[0])] } });
    tell("ended", { ...ended, shown: await shown(id), requests });
  },

  // The answer to the first POST is lost on the way: the client sees a 503 in its place.
  async repeated() {
    const { thread_id: id } = await client.threads.create();
    let isSpoiled = false;
    spoil = async ({ url }, response) => {
      if (isSpoiled || !url.endsWith("/runs/stream")) return response;
      isSpoiled = true;
      await response.body.cancel();
      return new Response("{}", { status: 503 });
    };
    try {
      tell("ended", { ...(await run(id, { input: { messages: [human(words[0])] } })), requests });
    } catch (error) {
      tell("failed", { message: String(error), requests });
    }
  },

  async errors() {
    const attempt = async (name, action) => {
      try {
        tell(name, await action());
      } catch (error) {
        tell(name, { status: error.status, text: String(error.message) });
      }
    };
    const { thread_id: id } = await client.threads.create();
    const input = { messages: [human(words[0])] };
    await attempt("unknown thread", () => run(crypto.randomUUID(), { input }));
    await attempt("no thread id", () => client.threads.getHistory("not-a-uuid"));
    await attempt("too long", () => run(id, { input: { messages: [human("x".repeat(3000))] } }));
  },
};

await scenarios[scenario]();
