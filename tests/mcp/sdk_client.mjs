// tests/mcp/sdk_client.mjs MODULES URL TOKEN - the official client, over HTTP: every tool, resources, prompts,
// completion, progress, cancellation, what the server says by itself, the end of the session.
import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';

const [modules, url, token] = process.argv.slice(2);
const from = (path) => import(pathToFileURL(`${modules}/@modelcontextprotocol/sdk/dist/esm/${path}`));
const { Client } = await from('client/index.js');
const { StreamableHTTPClientTransport } = await from('client/streamableHttp.js');
const { ResourceListChangedNotificationSchema, LATEST_PROTOCOL_VERSION } = await from('types.js');

const CALLS = {
  search: { pattern: 'add' },
  find: { question: 'add' },
  symbols: { entity: 'function' },
  calls: { target: 'add' },
  read: { path: 'one.c' },
  run: { op: 'help' },
};

async function connect() {
  const client = new Client({ name: 'test', version: '1' });
  client.onerror = (error) => {
    if (!/abort/i.test(String(error))) errors.push(error);
  };
  const transport = new StreamableHTTPClientTransport(new URL(url),
    { requestInit: { headers: { Authorization: `Bearer ${token}` } } });
  await client.connect(transport);
  assert.equal(transport.protocolVersion, LATEST_PROTOCOL_VERSION);
  return { client, transport };
}

const errors = [];
const { client, transport } = await connect();
const news = new Promise((resolve) =>
  client.setNotificationHandler(ResourceListChangedNotificationSchema, resolve));
const { tools } = await client.listTools();
assert.deepEqual(tools.map((tool) => tool.name).sort(), Object.keys(CALLS).sort());
for (const { name } of tools) {
  const result = await client.callTool({ name, arguments: CALLS[name] }); // checks the output schema
  assert.ok(!result.isError && result.content[0].text.length > 20, JSON.stringify(result));
}

let steps = 0;
const built = await client.callTool({ name: 'run', arguments: { op: 'index', args: { action: 'build' } } }, undefined,
  { onprogress: () => steps++ });
assert.ok(!built.isError && steps > 0, JSON.stringify(built));
await client.callTool({ name: 'find', arguments: { question: 'what adds' } });
await news; // by the stream of the session: there is an index now
assert.ok((await client.listResources()).resources.some(({ uri }) => uri === 'cq://index'));
assert.ok((await client.readResource({ uri: 'cq://op/find' })).contents.length);
assert.ok((await client.listPrompts()).prompts.length);
const completed = await client.complete({ ref: { type: 'ref/resource', uri: 'cq://op/{name}' }, argument: { name: 'name', value: 'sea' } });
assert.deepEqual(completed.completion.values, ['search']);

const stop = new AbortController();
const watch = client.callTool({ name: 'run', arguments: { op: 'index', args: { action: 'watch' } } }, undefined,
  { signal: stop.signal });
setTimeout(() => stop.abort('enough'), 300);
await assert.rejects(watch);

const answers = await Promise.all(Array.from({ length: 12 }, () =>
  client.callTool({ name: 'search', arguments: { pattern: 'twice' } })));
assert.ok(answers.every((answer) => answer.content[0].text.includes('twice')));

const other = await connect();
assert.notEqual(other.transport.sessionId, transport.sessionId);
await transport.terminateSession();
await assert.rejects(client.ping());
await other.client.ping();
await other.transport.terminateSession();
await client.close();
await other.client.close();
assert.deepEqual(errors.filter((error) => !/404|session/i.test(String(error))), []);
console.log('ok');
