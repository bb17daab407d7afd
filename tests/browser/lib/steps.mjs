// The example apps of the tutorial, run as a learner runs them; and something that spoils one thing of what they say.
import { spawn } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { binary, freePorts } from './demo.mjs';

export const STEPS = ['1-create-the-app', '2-the-libraries', '3-login', '4-authorize', '5-log-out', '6-test-it'];

/** The same app by the client library's fairing. */
export const WITH_THE_LIBRARY = 'with-the-library';

/** A port for an app of one's own. */
export const appPort = () => freePorts(1);

/** The variables of `export NAME=value` lines, as Doorward's page shows them. */
export function variables(text) {
  const lines = text.split('\n').map((line) => line.trim().match(/^export (\w+)=(.*)$/)).filter(Boolean);
  return Object.fromEntries(lines.map(([, name, value]) => [name, value]));
}

/** Starts the app of a step with these variables alone; comes back once it listens. */
export function startApp(step, env) {
  const child = spawn(path.join(path.dirname(binary), step === WITH_THE_LIBRARY ? step : `step-${step}`), [], {
    env: { ROCKET_CLI_COLORS: 'false', ...env }, stdio: ['ignore', 'pipe', 'inherit'],
  });
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const ended = new Promise((resolve) => { child.once('close', resolve); });
  const stop = () => {
    child.kill('SIGKILL');
    process.removeListener('exit', killAtExit);
    return ended;
  };
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`step ${step}: ${error.message}; cargo build --workspace --bins makes it`)));
    ended.then((code) => reject(new Error(`step ${step} ended with ${code} before it listened`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('has launched')) resolve({ stop });
    });
  });
}

/**
 * Stands before an app and spoils one thing: `ask(url)` changes the address that is asked for, `answer(headers)` the headers that come
 * back.
 */
export async function startSpoiler(port, app, { ask = () => {}, answer = () => {} }) {
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, `http://localhost:${app}`);
    ask(url);
    const headers = { ...request.headers, host: `localhost:${port}` };
    const onward = http.request({ host: '127.0.0.1', port: app, path: url.pathname + url.search, method: request.method, headers }, (came) => {
      answer(came.headers);
      response.writeHead(came.statusCode, came.headers);
      came.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise((resolve) => { server.listen(port, '127.0.0.1', resolve); });
  return { stop: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }) };
}
