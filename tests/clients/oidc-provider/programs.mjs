// The examples of the client library, as programs that listen.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const folder = path.join(process.env.CARGO_TARGET_DIR ?? path.join(root, 'target'), 'debug/examples');

export async function freePort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

// Starts an example with these settings, and waits until it listens at the port.
export async function startExample(name, port, settings) {
  const env = { ROCKET_PORT: String(port), ROCKET_LOG_LEVEL: 'off', ...settings };
  const program = spawn(path.join(folder, name), { env, stdio: 'inherit' });
  for (;;) {
    if (program.exitCode !== null) throw new Error(`the example ${name} ended`);
    if (await fetch(`http://localhost:${port}/`).then(() => true, () => false)) return program;
  }
}
