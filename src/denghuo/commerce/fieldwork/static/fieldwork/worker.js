// The service worker: the shell and its files are kept by version; pages of the office and the protocol are never touched.
const CACHE = `denghuo-field-${DENGHUO.version}`;
const WAIT = 3000;
const assets = new Set(DENGHUO.assets);

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then(async (cache) => {
      await cache.addAll(DENGHUO.assets.map((url) => new Request(url, { cache: "reload" })));
      await keepShell(cache, await fetch(DENGHUO.shell, { credentials: "same-origin" }));
      await self.skipWaiting();
    }),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then(async (names) => {
      await Promise.all(names.filter((name) => name.startsWith("denghuo-field-") && name !== CACHE).map((name) => caches.delete(name)));
      await self.clients.claim();
    }),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === DENGHUO.shell) event.respondWith(shell(event.request));
  else if (assets.has(url.pathname)) event.respondWith(asset(event.request));
});

async function keepShell(cache, response) {
  if (response.ok && !response.redirected && response.type === "basic") await cache.put(DENGHUO.shell, response);
}

// The newest page where the network answers in time, else the one that is kept.
async function shell(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(DENGHUO.shell);
  const fresh = fetch(request).then(async (response) => {
    await keepShell(cache, response.clone());
    return response.status >= 500 && kept ? kept : response;
  });
  if (!kept) return fresh;
  const late = new Promise((resolve) => setTimeout(() => resolve(kept), WAIT));
  return Promise.race([fresh.catch(() => kept), late]);
}

async function asset(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}
