// A person with a browser, without the browser: follows redirects, keeps cookies, fills in forms. No JavaScript runs, and none is needed.
import assert from 'node:assert/strict';

const { ISSUER, USERNAME, PASSWORD } = process.env;

const decode = (text) => text.replace(/&#x27;|&#39;/g, "'").replace(/&quot;/g, '"').replace(/&#x2F;/g, '/').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
const attribute = (tag, name) => {
  const found = tag.match(new RegExp(`\\s${name}(?:="([^"]*)")?(?=[\\s>/])`));
  return found && decode(found[1] ?? '');
};

export class Person {
  cookies = new Map();

  async #request(url, options = {}) {
    const response = await fetch(url, {
      redirect: 'manual',
      ...options,
      headers: { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '), origin: ISSUER, ...options.headers },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [name, value] = cookie.split(';')[0].split('=');
      if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(cookie)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** Follows redirects as long as they lead to the server; gives the page, or where the browser left to. */
  async #follow(response, at) {
    for (let hops = 0; hops < 10; hops++) {
      if (response.status !== 303 && response.status !== 302) return { url: at, status: response.status, html: await response.text() };
      const next = new URL(response.headers.get('location'), at);
      if (next.origin !== new URL(ISSUER).origin) return { left: next };
      at = next;
      response = await this.#request(next);
    }
    throw new Error('redirected in circles');
  }

  /** Opens an address. */
  async open(url) {
    return this.#follow(await this.#request(url), new URL(url));
  }

  /** The forms of a page, with the fields as they stand. */
  forms(page) {
    return [...page.html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)].map(([, tag, body]) => ({
      action: attribute(`${tag} `, 'action'),
      fields: [...body.matchAll(/<input[^>]*>/g)]
        .map(([input]) => input)
        .filter((input) => attribute(input, 'type') !== 'checkbox' || attribute(input, 'checked') !== null)
        .map((input) => [attribute(input, 'name'), attribute(input, 'value') ?? (attribute(input, 'type') === 'checkbox' ? 'on' : '')])
        .filter(([name]) => name),
      html: body,
    }));
  }

  /** Sends the form that `choose` picks, with these fields changed or added. */
  async submit(page, choose, changes = {}) {
    const form = this.forms(page).find(choose);
    assert.ok(form, `no such form at ${page.url}:\n${page.html}`);
    const body = new URLSearchParams(form.fields);
    for (const [name, value] of Object.entries(changes)) body.set(name, value);
    const url = new URL(form.action, page.url);
    return this.#follow(await this.#request(url, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } }), url);
  }

  /** Goes through login and consent until the browser leaves for the app; gives where to. */
  async allow(url, decision = 'allow') {
    let page = await this.open(url);
    for (let pages = 0; pages < 4 && !page.left; pages++) page = await this.#answer(page, decision);
    assert.ok(page.left, `still at ${page.url}: ${page.status}\n${page.html}`);
    return page.left;
  }

  async #answer(page, decision) {
    if (page.html.includes('name="password"')) {
      return this.submit(page, (form) => form.html.includes('name="password"'), { username: USERNAME, password: PASSWORD });
    }
    return this.submit(page, (form) => form.html.includes('name="decision"'), { decision });
  }

  /** Types a code from a device, logs in where asked, and allows. */
  async allowDevice(url, userCode) {
    let page = await this.open(url);
    page = await this.submit(page, (form) => form.html.includes('name="user_code"'), { user_code: userCode });
    for (let pages = 0; pages < 3; pages++) {
      if (page.html.includes('name="password"') || page.html.includes('name="decision"')) page = await this.#answer(page, 'allow');
    }
    return page;
  }
}
