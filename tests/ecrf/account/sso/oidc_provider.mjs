/* A real provider of OpenID Connect for the tests: npm's oidc-provider on this machine, which lets anybody in.
   The form asks for the login, and for the claims amr and acr that the provider is to say of it. PROVIDER is a JSON object:
   port, client_id, client_secret, redirect_uri, post_logout_redirect_uri, backchannel_logout_uri, seconds_ahead: how
   far the tests' clock is before the machine's. */

import { createServer } from "node:http";

import Provider from "oidc-provider";

const given = JSON.parse(process.env.PROVIDER);
const ahead = given.seconds_ahead * 1000;
const MachinesDate = Date;
globalThis.Date = class extends MachinesDate {
  constructor(...moment) {
    if (moment.length) super(...moment);
    else super(MachinesDate.now() + ahead);
  }
  static now() {
    return MachinesDate.now() + ahead;
  }
};

const issuer = `http://127.0.0.1:${given.port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: given.client_id,
      client_secret: given.client_secret,
      redirect_uris: [given.redirect_uri],
      post_logout_redirect_uris: [given.post_logout_redirect_uri],
      backchannel_logout_uri: given.backchannel_logout_uri,
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  claims: { openid: ["sub", "amr", "acr"] },
  conformIdTokenClaims: false,
  cookies: { keys: ["only for tests"] },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  fetch: (url, options) => {
    delete options.dispatcher;
    return fetch(url, options);
  },
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope("openid");
    await grant.save();
    return grant;
  },
  pkce: { required: () => true },
  ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Grant: 600, Session: 3600 },
});

const form = `<!doctype html><form method="post"><input name="login"><input name="amr"><input name="acr"><button>Log in</button>
<button name="cancel" value="yes">Cancel</button></form>`;

async function interaction(request, response) {
  if (request.method === "GET") {
    await provider.interactionDetails(request, response);
    response.setHeader("Content-Type", "text/html");
    return response.end(form);
  }
  let body = "";
  for await (const part of request) body += part;
  const typed = new URLSearchParams(body);
  if (typed.get("cancel")) {
    return provider.interactionFinished(request, response, { error: "access_denied" });
  }
  const login = { accountId: typed.get("login") };
  if (typed.get("amr")) login.amr = typed.get("amr").split(" ");
  if (typed.get("acr")) login.acr = typed.get("acr");
  return provider.interactionFinished(request, response, { login });
}

const answer = provider.callback();
createServer((request, response) => {
  if (!request.url.startsWith("/interaction/")) return answer(request, response);
  return interaction(request, response).catch((error) => {
    response.statusCode = 500;
    response.end(String(error));
  });
}).listen(given.port, "127.0.0.1", () => console.log("ready"));
