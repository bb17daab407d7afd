// answer.mjs FILE: prints the last JSON object or array that begins a line of what was said. Answers of endpoints end without a line break.
import { readFileSync } from 'node:fs';

const said = readFileSync(process.argv[2], 'utf8');
const parse = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
const starts = [...said.matchAll(/^[{[]|(?<=[}\]])[{[]/gm)].map(({ index }) => index);
for (const start of starts.reverse()) {
  for (let end = said.length; end > start; end--) {
    if (!'}]'.includes(said[end - 1])) continue;
    const answer = parse(said.slice(start, end));
    if (answer === undefined) continue;
    console.log(JSON.stringify(answer));
    process.exit(0);
  }
}
console.error('no JSON was answered');
process.exit(1);
