// person.mjs FOLDER WHAT: the reader's browser, one and the same through the whole documentation (its cookies stay in FOLDER).
//   land NAME    opens the last address that was printed, logs in, allows; prints this parameter of where the browser ended
//   device       enters the code of answer.json and allows
//   leave        opens the last address that was printed, and prints where the browser ended
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Person } from '../clients/openid-client/person.mjs';

const [folder, what, name] = process.argv.slice(2);
const { ISSUER } = process.env;
const jar = join(folder, '.cookies');
const person = new Person();
if (existsSync(jar)) person.cookies = new Map(JSON.parse(readFileSync(jar, 'utf8')));

const printed = () => {
  const all = ['.all', '.said'].map((file) => join(folder, file)).filter(existsSync).map((file) => readFileSync(file, 'utf8')).join('\n');
  const addresses = (all.match(/http:\S+/g) ?? []).filter((word) => word.startsWith(`${ISSUER}/authorize?`) || word.startsWith(`${ISSUER}/logout?`));
  if (addresses.length === 0) throw new Error('no address was printed');
  return addresses.at(-1);
};

if (what === 'land') {
  const left = await person.allow(printed());
  const value = left.searchParams.get(name);
  if (value === null) throw new Error(`no ${name} in ${left}`);
  console.log(value);
} else if (what === 'leave') {
  const page = await person.open(printed());
  console.log(page.left?.href ?? page.html);
} else if (what === 'device') {
  const { verification_uri, user_code } = JSON.parse(readFileSync(join(folder, 'answer.json'), 'utf8'));
  await person.allowDevice(verification_uri, user_code);
} else {
  throw new Error(`a person can't ${what}`);
}
writeFileSync(jar, JSON.stringify([...person.cookies]));
