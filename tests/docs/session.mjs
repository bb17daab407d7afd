// session.mjs FOLDER: reads docs/clients.md, the pages it lists, and those for operators, writes each `sh` block into FOLDER, and prints the shell session
// that runs them. Comments before a block: <!-- not run: why -->. Comments after it: <!-- test: shell -->.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder] = process.argv.slice(2);
const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (page) => readFileSync(join(root, page), 'utf8');

// What a person does by hand, as a program does it. Each is used, or the table is out of date.
const substitutions = [
  [/^(doorward user add .*?) +# asks for .*$/, 'printf %s "$PASSWORD" | $1 --password-stdin'],
  [/^(.*)doorward serve &.*$/, '$1doorward serve >>.log 2>&1 &\nready'],
  [/^ISSUER=http:\/\/127\.0\.0\.1:8000$/, 'ISSUER=http://127.0.0.1:$ROCKET_PORT'],
  [/^DOCUMENTS=8090$/, 'DOCUMENTS=$((ROCKET_PORT + 1))'],
  [/^CODE=dwc_….*$/, 'CODE=$(person land code)'],
  [/^RESPONSE=eyJ….*$/, 'RESPONSE=$(person land response)'],
].map(([from, to]) => ({ from, to, used: 0 }));

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

const map = 'docs/clients.md';
const listed = [...read(map).matchAll(/\]\((clients\/[a-z-]+\.md)/g)].map(([, page]) => `docs/${page}`);
const pages = [map, ...new Set(listed), 'docs/operating.md', 'docs/certification.md'];

let ran = 0;
let left = 0;
for (const page of pages) {
  const lines = read(page).split('\n');
  let pending;
  const flush = () => {
    if (!pending) return;
    const { place, file, tests } = pending;
    const mayRefuse = tests.some((test) => test.includes('error'));
    console.log(`block ${quoted(place)} ${quoted(file)}${mayRefuse ? ' refused' : ''}`);
    for (const test of tests) console.log(test);
    pending = undefined;
  };
  for (let at = 0; at < lines.length; at++) {
    const test = lines[at].match(/^<!-- test: (.*) -->$/);
    if (test) {
      if (!pending) throw new Error(`${page}:${at + 1}: a test without a block before it`);
      pending.tests.push(test[1]);
    }
    if (lines[at] !== '```sh') continue;
    flush();
    const end = lines.indexOf('```', at);
    const body = lines.slice(at + 1, end).map((line) => {
      for (const rule of substitutions) {
        if (!rule.from.test(line)) continue;
        rule.used++;
        return line.replace(rule.from, rule.to);
      }
      return line;
    });
    const before = lines.slice(0, at).findLast((line) => line.trim() !== '');
    if (/^<!-- not run: .+ -->$/.test(before ?? '')) {
      left++;
    } else {
      const fragment = body.findIndex((line) => line.includes('…') && !line.includes('# '));
      if (fragment >= 0) throw new Error(`${page}:${at + 2 + fragment}: an ellipsis in a block that is to run`);
      const file = join(folder, `.block-${++ran}`);
      writeFileSync(file, `${body.join('\n')}\n`);
      pending = { place: `${page}:${at + 2}`, file, tests: [] };
    }
    at = end;
  }
  flush();
}
const idle = substitutions.find(({ used }) => used === 0);
if (idle) throw new Error(`nothing in the pages is like ${idle.from}`);
console.log(`ran=${ran} left=${left}`);
