// A browser without JavaScript: cookies by host name, as browsers keep them, redirects, and forms.
import { request } from 'node:http';

// `fetch` would say of itself that it is a script.
function ask(url, body, headers) {
  return new Promise((resolve, reject) => {
    const kind = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { method: body === undefined ? 'GET' : 'POST', headers: { ...headers, ...kind }, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => { text += part; });
      answer.on('end', () => resolve({ statusCode: answer.statusCode, headers: answer.headers, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export class Browser {
  #jar = new Map();

  async send(url, { form, headers = {} } = {}) {
    const at = new URL(url);
    const cookies = this.#jar.get(at.hostname) ?? new Map();
    const body = form && new URLSearchParams(form).toString();
    const answer = await ask(at, body, {
      accept: 'text/html',
      'sec-fetch-mode': 'navigate',
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...headers,
    });
    for (const cookie of answer.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(cookie)) cookies.delete(name);
      else cookies.set(name, value);
    }
    this.#jar.set(at.hostname, cookies);
    const { location } = answer.headers;
    const page = { url: at.href, status: answer.statusCode, body: answer.body };
    return location ? this.send(new URL(location, at)) : page;
  }

  // Sends the only form of a page, with these fields filled in.
  submit(page, fields = {}) {
    const action = /<form[^>]*action="?([^">\s]*)/.exec(page.body)?.[1].replaceAll('&amp;', '&');
    if (action === undefined) throw new Error(`no form at ${page.url} (${page.status}): ${page.body}`);
    const hidden = [...page.body.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([field]) => [
      /name="([^"]*)"/.exec(field)[1], /value="([^"]*)"/.exec(field)?.[1] ?? '',
    ]);
    const at = new URL(action, page.url);
    return this.send(at, { form: { ...Object.fromEntries(hidden), ...fields }, headers: { origin: new URL(page.url).origin, 'sec-fetch-site': 'same-origin' } });
  }

  // Goes there as this person, and agrees to whatever is asked.
  async goAs(person, url) {
    let page = await this.send(url);
    for (let step = 0; step < 4 && page.url.includes('/interaction/'); step += 1) {
      page = await this.submit(page, page.body.includes('name="password"') ? { login: person, password: 'any' } : {});
    }
    return page;
  }
}
