// node-oidc-provider with one app, anybody as a person, and its own forms for login and consent.
import { once } from 'node:events';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

export const SECRET = 'a secret that both sides know, long enough';

export async function startProvider(base) {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'shop',
      client_secret: SECRET,
      redirect_uris: [`${base}/callback`],
      post_logout_redirect_uris: [`${base}/`],
      grant_types: ['authorization_code', 'refresh_token'],
      backchannel_logout_uri: `${base}/backchannel-logout`,
      backchannel_logout_session_required: true,
    }],
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: 'Ada Lovelace' }) }),
    claims: { openid: ['sub'], profile: ['name'] },
    cookies: { keys: ['a key for the cookies of this test'] },
    features: { devInteractions: { enabled: true }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    // It calls no private address of its own accord; the app of this test has one.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    pkce: { required: () => true },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    // So short that the app renews it for each page.
    ttl: { AccessToken: 15, Session: 3600, Grant: 3600, IdToken: 300, Interaction: 600, RefreshToken: 3600 },
  });
  const seen = { renewals: 0, told: 0, refused: [] };
  provider.on('grant.success', (ctx) => { if (ctx.oidc.params.grant_type === 'refresh_token') seen.renewals += 1; });
  provider.on('backchannel.success', () => { seen.told += 1; });
  for (const event of ['grant.error', 'grant.revoked', 'backchannel.error', 'authorization.error', 'server_error']) {
    provider.on(event, (...what) => seen.refused.push([event, what.map((one) => one?.error_description ?? one?.message).filter(Boolean)]));
  }
  server.on('request', provider.callback());
  return { issuer, seen, stop: () => { server.closeAllConnections(); server.close(); } };
}
