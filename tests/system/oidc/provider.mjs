// The token endpoint of oidc-provider, a certified OpenID provider that we did not write, where Okta has its own; and behind it a
// log of ten events, whose tokens and proofs are judged by that provider and by jose, not by us.
//
//   node provider.mjs CONFIG.json
//
// CONFIG: {"issuer", "key", "cert" (PEM texts), "clients" (as oidc-provider has them), "requireNonce", "events"}. Prints a line of
// JSON: {"port"}; on SIGTERM another: {"tokens", "logs", "refusals"}.

import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';

import { EmbeddedJWK, calculateJwkThumbprint, jwtVerify } from 'jose';
import Provider from 'oidc-provider';

const config = JSON.parse(readFileSync(process.argv[2]));
const counts = { tokens: 0, logs: 0, refusals: [] };

const provider = new Provider(config.issuer, {
  clients: config.clients,
  scopes: ['okta.logs.read'],
  routes: { token: '/oauth2/v1/token' },
  clientAuthMethods: ['client_secret_basic', 'private_key_jwt'],
  enabledJWA: {
    clientAuthSigningAlgValues: ['RS256', 'ES256'],
    dPoPSigningAlgValues: ['ES256'],
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => config.requireNonce },
  },
  ttl: { ClientCredentials: () => config.lifetime ?? 3600 },
});
provider.on('grant.success', () => { counts.tokens += 1; });
provider.on('grant.error', (ctx, error) => { counts.refusals.push(`${error.error}: ${error.error_detail ?? error.error_description}`); });

const proofs = new Set();

// RFC 9449 §4.3 and §7.
async function judgeProof(request, token) {
  const { payload, protectedHeader } = await jwtVerify(request.headers.dpop, EmbeddedJWK, {
    typ: 'dpop+jwt', algorithms: ['ES256'], maxTokenAge: 300, clockTolerance: 1,
  });
  const url = config.issuer + request.url.split('?')[0];
  if (payload.htm !== request.method || payload.htu !== url) throw new Error(`made out to ${payload.htm} ${payload.htu}`);
  if (payload.ath !== createHash('sha256').update(token.value).digest('base64url')) throw new Error('another token');
  if (await calculateJwkThumbprint(protectedHeader.jwk) !== token.jkt) throw new Error('another key');
  if (protectedHeader.jwk.d !== undefined) throw new Error('the private key is in it');
  if (proofs.has(payload.jti)) throw new Error('used before');
  proofs.add(payload.jti);
}

async function serveLog(request, response) {
  try {
    const [scheme, value] = (request.headers.authorization ?? '').split(' ');
    const token = await provider.ClientCredentials.find(value);
    if (!token || !token.isValid || token.scope !== 'okta.logs.read') throw new Error('no such token');
    if (scheme !== (token.jkt ? 'DPoP' : 'Bearer')) throw new Error(`sent as ${scheme}`);
    if (token.jkt) await judgeProof(request, { value, jkt: token.jkt });
    counts.logs += 1;
    const rest = request.url.includes('after=') ? [] : config.events;
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Link', `<${config.issuer}/api/v1/logs?after=10>; rel="next"`);
    response.end(JSON.stringify(rest));
  } catch (error) {
    counts.refusals.push(`log: ${error.message}`);
    response.statusCode = 401;
    response.setHeader('WWW-Authenticate', 'Bearer error="invalid_token"');
    response.end();
  }
}

const oauth = provider.callback();
const server = https.createServer({ key: config.key, cert: config.cert }, (request, response) => {
  if (request.url.startsWith('/api/v1/logs')) serveLog(request, response);
  else oauth(request, response);
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
process.on('SIGTERM', () => { console.log(JSON.stringify(counts)); process.exit(0); });
