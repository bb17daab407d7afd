// One shell for the whole tutorial. A command that fails ends it.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const answer = fileURLToPath(new URL('../answer.mjs', import.meta.url));
const DONE = 'the block is done';

// What the comments after a block may ask; and the app, which `cargo run` starts and the next one takes the place of.
const FUNCTIONS = `
set -euo pipefail
# Into the clone by its name, so that "cd .." leads to the learner's folder.
cd "$FOLDER/doorward"
answers() { node "$ANSWER" "$FOLDER/.said" | jq -e "$1" >/dev/null || { echo "not so: $1" >&2; return 1; }; }
says() { grep -qF -- "$1" "$FOLDER/.said" || { echo "not said: $1" >&2; return 1; }; }
app=
end() { if [ -n "$app" ]; then kill "$app" 2>/dev/null || true; wait "$app" 2>/dev/null || true; app=; fi; }
trap end EXIT
start() {
    end
    cargo build >"$FOLDER/.build" 2>&1 </dev/null || { cat "$FOLDER/.build" >&2; return 1; }
    cargo run >"$FOLDER/.app" 2>&1 </dev/null &
    app=$!
    local tries
    for tries in $(seq 600); do
        if grep -q 'has launched' "$FOLDER/.app"; then return; fi
        if ! kill -0 "$app" 2>/dev/null; then cat "$FOLDER/.app" >&2; return 1; fi
        sleep 0.1
    done
    echo "the app does not listen" >&2
    return 1
}
`;

/** `{ run(place, lines), leave() }`. */
export function openShell(folder, env) {
  const child = spawn('bash', ['--noprofile', '--norc'], {
    cwd: folder, env: { ...env, FOLDER: folder, ANSWER: answer }, stdio: ['pipe', 'pipe', 'inherit'],
  });
  let settle = () => {};
  createInterface({ input: child.stdout }).on('line', (line) => { if (line === DONE) settle(true); });
  const ended = new Promise((resolve) => { child.once('close', () => { settle(false); resolve(); }); });
  child.stdin.on('error', () => {});
  child.stdin.write(FUNCTIONS);
  const read = (name) => {
    try {
      return readFileSync(path.join(folder, name), 'utf8');
    } catch {
      return '';
    }
  };
  return {
    async run(place, lines, tests = []) {
      writeFileSync(path.join(folder, '.block'), `${lines.join('\n')}\n`);
      const done = new Promise((resolve) => { settle = resolve; });
      const asked = tests.map((test) => `{ ${test}; } 2>"$FOLDER/.errors"\n`).join('');
      child.stdin.write(`source "$FOLDER/.block" >"$FOLDER/.said" 2>"$FOLDER/.errors" </dev/null\n${asked}echo '${DONE}'\n`);
      if (!await done) throw new Error(`${place} failed:\n${lines.join('\n')}\n${read('.said')}${read('.errors')}`);
    },
    async leave() {
      child.stdin.end();
      await ended;
    },
  };
}
