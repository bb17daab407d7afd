// The tutorial in one language (crates/tutorial holds both to the same commands and blocks), from its first chapter to its last. Tutorials
// of somebody else's can be named: main.mjs [FOLDER].
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { binary, plainEnvironment, startDemo } from '../../browser/lib/demo.mjs';
import { appPort, variables } from '../../browser/lib/steps.mjs';
import { apply, chapters } from './chapters.mjs';
import { openShell } from './shell.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const text = path.resolve(process.argv[2] ?? path.join(root, 'docs/tutorial/en'));
const target = process.env.CARGO_TARGET_DIR;
const read = (...parts) => readFileSync(path.join(...parts), 'utf8');

// Commands that a learner types in the clone, and what stands for them here. Each is met, or the table is out of date.
const IN_THE_CLONE = new Map([
  ['cargo run -- serve --demo', { why: 'the demo that runs meanwhile, of the program that is tested' }],
  ['cargo run -- check-config', { runs: '(mkdir -p "$FOLDER/empty" && cd "$FOLDER/empty" && env -u ROCKET_PORT doorward check-config)' }],
  ['cargo build -p doorward', { why: 'the program that is tested was built' }],
  ['cargo test -p step-6-test-it', { why: 'in the tests of the workspace' }],
]);
const met = new Set();
const count = { ran: 0, stood: 0, left: 0, placed: 0 };

const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'doorward-tutorial.')));
const app = path.join(folder, 'my-app');
let demo;
let shell;

/** Third-party crates as they are compiled for the workspace: the same versions, the same profile, no network. */
function prepare() {
  const manifest = read(root, 'Cargo.toml');
  const profile = manifest.slice(manifest.indexOf('[profile.dev]'), manifest.indexOf('[profile.release]'));
  assert.ok(profile.startsWith('[profile.dev]'), 'the profile of the workspace');
  mkdirSync(path.join(folder, '.cargo'));
  writeFileSync(path.join(folder, '.cargo/config.toml'), `[net]\noffline = true\n\n[build]\nincremental = false\n\n${profile}`);
  symlinkSync(root.replace(/\/$/, ''), path.join(folder, 'doorward'));
  mkdirSync(path.join(folder, '.bin'));
  symlinkSync(binary, path.join(folder, '.bin/doorward'));
}

/** What was compiled from this folder, by the lists of sources that cargo keeps; all else stays for the next time. */
function sweep() {
  const debug = path.join(target, 'debug');
  for (const file of existsSync(path.join(debug, 'deps')) ? readdirSync(path.join(debug, 'deps')) : []) {
    const hash = file.match(/-([0-9a-f]{16})\.d$/)?.[1];
    if (!hash || !(file.startsWith('my_app-') || read(debug, 'deps', file).includes(folder))) continue;
    for (const place of ['deps', '.fingerprint']) {
      for (const name of readdirSync(path.join(debug, place))) {
        if (name.includes(hash)) rmSync(path.join(debug, place, name), { recursive: true, force: true });
      }
    }
  }
  for (const name of ['my-app', 'my-app.d']) rmSync(path.join(debug, name), { force: true });
}

let person;
let told;

/** The page where the app is registered and checked, in the learner's browser. */
async function desk() {
  if (!person) {
    Object.assign(process.env, { ISSUER: demo.issuer, USERNAME: demo.username, PASSWORD: demo.password });
    const { Person } = await import('../../clients/openid-client/person.mjs');
    person = new Person();
  }
  return person.open(`${demo.issuer}/learn/app`);
}

async function register(port) {
  const page = await desk();
  const answer = await person.submit(page, ({ html }) => html.includes('name="origin"'), { origin: `http://localhost:${port}` });
  const lines = answer.html.match(/id="environment">([\s\S]*?)<\/code>/)?.[1] ?? assert.fail(`no lines for the shell:\n${answer.html}`);
  told = variables(lines.replace(/<\/?bdi>/g, '').replaceAll('&#x2F;', '/'));
  assert.deepEqual(Object.keys(told), ['DOORWARD_ISSUER', 'CLIENT_ID', 'CLIENT_SECRET', 'PHOTOS', 'ROCKET_PORT']);
}

async function checkMe(step) {
  const page = await desk();
  const answer = await person.submit(page, ({ html }) => html.includes('name="through"'), { through: String(step) });
  const outcome = answer.html.match(/id="outcome"[\s\S]*?<\/section>/)?.[0] ?? assert.fail(`no outcome:\n${answer.html}`);
  assert.match(outcome, /data-outcome="passed"/, `step ${step} is not passed: ${outcome.replace(/<[^>]*>/g, ' ')}`);
}

/** A command as it is typed where the demo and the app have other ports, and the values that the page has shown. */
function typed(place, command, port) {
  const here = command.replaceAll('http://127.0.0.1:8000', demo.issuer).replaceAll('http://localhost:8080', `http://localhost:${port}`);
  const filled = here.replace(/\b(CLIENT_ID|CLIENT_SECRET)=…/g, (_, name) => `${name}=${told?.[name] ?? assert.fail(`${place}: nothing is registered`)}`);
  assert.ok(!filled.includes('…'), `${place}: an ellipsis that nothing stands for: ${command}`);
  if (command === 'cargo run') return 'start';
  const clone = IN_THE_CLONE.get(command);
  if (!clone) {
    count.ran += 1;
    return filled;
  }
  met.add(command);
  if (clone.runs) count.ran += 1;
  else count.stood += 1;
  return clone.runs ?? `: ${clone.why}`;
}

async function runShell(block, port) {
  if (block.before?.startsWith('not run: ')) {
    count.left += block.lines.length;
    return;
  }
  if (block.before === 'registered') {
    await register(port);
    await shell.run(block.place, Object.entries(told).map(([name, value]) => `export ${name}='${value}'`));
  }
  await shell.run(block.place, block.lines.map((line) => typed(block.place, line, port)), block.tests);
  // Nothing is resolved anew: what the workspace was tested with.
  if (block.before === 'own-app') copyFileSync(path.join(root, 'Cargo.lock'), path.join(app, 'Cargo.lock'));
}

/** Without empty lines, and without those that mark what a chapter shows. */
const dense = (code) => code.split('\n').filter((line) => line.trim() && !/^ *\/\/ (end)?region: /.test(line)).join('\n');

/** Puts what a block shows where it belongs, and gives the file of the app that it was. */
function place(chapter, block) {
  const shown = block.lines.join('\n');
  const named = (block.info.file ?? block.info.to)?.split('#')[0];
  const file = named?.match(/^examples\/\d-[a-z-]+\/((?:src\/\w+\.rs)|Cargo\.toml)$/)?.[1];
  if (!file) return undefined;
  const mine = path.join(app, file);
  count.placed += 1;
  if (file === 'Cargo.toml') {
    // "In the place of [dependencies]"; the path is the one that the chapter names.
    const libraries = shown.replace('../../crates/client', '../doorward/crates/client');
    if (libraries !== shown && chapter.step === 2) assert.ok(chapter.text.includes('`../doorward/crates/client`'), block.place);
    writeFileSync(mine, `${read(mine).split('[dependencies]')[0]}${libraries}\n`);
  } else if (block.kind === 'diff') {
    writeFileSync(mine, apply(block.place, dense(read(mine)), block.lines));
  } else {
    // Of a new or a grown file the chapter shows what matters, and leads to the whole of it.
    assert.ok(dense(read(root, named)).includes(dense(shown)), `${block.place}: not in ${named}:\n${shown}`);
    // What a diff of the same chapter makes of it is left to that.
    if (!chapter.blocks.some(({ info }) => info.to === named)) copyFileSync(path.join(root, named), mine);
  }
  return file;
}

/** After its chapter the learner's app is that of the step: nothing had to be guessed. */
function compare(step) {
  const name = readdirSync(path.join(root, 'examples')).find((entry) => entry.startsWith(`${step}-`));
  const example = path.join(root, 'examples', name, 'src');
  const code = (file) => dense(read(file)).replace(/^\/\/!.*\n/gm, '');
  assert.deepEqual(readdirSync(path.join(app, 'src')).sort(), readdirSync(example).sort(), `step ${step}: the files`);
  for (const file of readdirSync(example)) {
    assert.equal(code(path.join(app, 'src', file)), code(path.join(example, file)), `step ${step}: src/${file}, by what the chapter shows`);
  }
}

async function learn() {
  prepare();
  demo = await startDemo();
  const port = await appPort();
  const env = plainEnvironment({ CARGO_TARGET_DIR: target, PATH: `${path.join(folder, '.bin')}:${process.env.PATH}`, ROCKET_CLI_COLORS: 'false' });
  const toolchain = read(root, 'rust-toolchain.toml').match(/^channel = "(.*)"$/m)[1];
  shell = openShell(folder, { ...env, RUSTUP_TOOLCHAIN: toolchain });
  for (const chapter of chapters(text)) {
    for (const block of chapter.blocks) {
      if (block.kind === 'sh') await runShell(block, port);
      else if (chapter.step) place(chapter, block);
    }
    if (!chapter.step) continue;
    compare(chapter.step);
    await shell.run(`${chapter.file}, the app anew`, ['start']);
    await checkMe(chapter.step);
    console.log(`ok: step ${chapter.step}`);
  }
  for (const command of IN_THE_CLONE.keys()) assert.ok(met.has(command), `nobody types '${command}'`);
  console.log(`ok: ${count.ran} commands ran, ${count.stood} are run elsewhere, ${count.left} take minutes; ${count.placed} blocks of code in place`);
}

async function finish() {
  await shell?.leave();
  await demo?.stop();
  sweep();
  rmSync(folder, { recursive: true, force: true });
}

let status = 0;
for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) {
  process.once(signal, () => finish().finally(() => process.exit(code)));
}
try {
  await learn();
} catch (error) {
  console.error(`FAILED: ${error.message}`);
  status = 1;
} finally {
  await finish();
}
process.exit(status);
