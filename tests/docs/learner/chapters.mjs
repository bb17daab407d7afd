// The chapters as a learner takes them: what is typed into a shell, and what goes into which file.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Chapters in their order: `{ file, step, blocks }`. A step is a chapter that ends with "check me" of it. */
export function chapters(folder) {
  return readdirSync(folder).sort().map((file) => {
    const text = readFileSync(path.join(folder, file), 'utf8');
    const step = text.match(/\/learn\/app#step-(\d)\)/)?.[1];
    return { file, text, step: step && Number(step), blocks: blocks(file, text.split('\n')) };
  });
}

/** `{ place, kind, info, lines, before, tests }`: a fence, the comment before it, and the tests asked for in comments after it. */
function blocks(file, lines) {
  const found = [];
  for (let at = 0; at < lines.length; at += 1) {
    const test = lines[at].match(/^<!-- test: (.*) -->$/);
    if (test) {
      if (found.at(-1)?.kind !== 'sh') throw new Error(`${file}:${at + 1}: a test without a command before it`);
      found.at(-1).tests.push(test[1]);
    }
    const fence = lines[at].match(/^```(\w+) ?(.*)$/);
    if (!fence) continue;
    const end = lines.indexOf('```', at);
    const before = lines.slice(0, at).findLast((line) => line.trim() !== '')?.match(/^<!-- (.*) -->$/)?.[1];
    const info = Object.fromEntries([...fence[2].matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));
    found.push({ place: `${file}:${at + 2}`, kind: fence[1], info, lines: lines.slice(at + 1, end), before, tests: [] });
    at = end;
  }
  return found;
}

/** Does to a text what a diff shows, from top to bottom; what isn't there to be changed is an error. */
export function apply(place, text, diff) {
  const lines = text.split('\n');
  let at = 0;
  let hunk = { old: [], new: [] };
  const flush = () => {
    const found = lines.findIndex((_, n) => n >= at && hunk.old.every((line, k) => (lines[n + k] ?? '').trimEnd() === line));
    if (found < 0) throw new Error(`${place}: nowhere in the learner's file:\n${hunk.old.join('\n')}`);
    lines.splice(found, hunk.old.length, ...hunk.new);
    at = found + hunk.new.length;
    hunk = { old: [], new: [] };
  };
  for (const line of diff) {
    if (line === ' …') {
      flush();
      continue;
    }
    if (line[0] !== '+') hunk.old.push(line.slice(1));
    if (line[0] !== '-') hunk.new.push(line.slice(1));
  }
  flush();
  return lines.join('\n');
}
