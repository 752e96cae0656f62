// Everything on the phone: one IndexedDB. What must happen together is written in one transaction.
const NAME = "denghuo-field";
const STORES = { meta: "name", tasks: "id", routes: "id", queue: "id", photos: "id", drafts: "key", positions: "at", conflicts: "id" };
let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const [name, key] of Object.entries(STORES)) request.result.createObjectStore(name, { keyPath: key });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function within(names, mode, act) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(names, mode);
    const answer = act(transaction);
    transaction.oncomplete = () => resolve(answer?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

export const get = (name, key) => within([name], "readonly", (tx) => tx.objectStore(name).get(key));
export const all = (name) => within([name], "readonly", (tx) => tx.objectStore(name).getAll());
export const put = (name, row) => write([[name, row]]);
export const remove = (name, key) => within([name], "readwrite", (tx) => { tx.objectStore(name).delete(key); });

// rows: [store, row] to put, or [store, null, key] to delete; all or none.
export const write = (rows) =>
  within([...new Set(rows.map(([name]) => name))], "readwrite", (tx) => {
    for (const [name, row, key] of rows) {
      if (row === null) tx.objectStore(name).delete(key);
      else tx.objectStore(name).put(row);
    }
  });

// contents: {store: rows}; each store holds exactly these rows afterwards.
export const replace = (contents) =>
  within(Object.keys(contents), "readwrite", (tx) => {
    for (const [name, rows] of Object.entries(contents)) {
      const store = tx.objectStore(name);
      store.clear();
      for (const row of rows) store.put(row);
    }
  });

export async function queue() {
  return (await all("queue")).sort((one, other) => one.order - other.order);
}

export async function meta(name, otherwise = null) {
  return (await get("meta", name))?.value ?? otherwise;
}

export const remember = (name, value) => put("meta", { name, value });

// Personal data goes; what has not been sent stays until its owner sends it.
export async function wipe() {
  const [items, photos, device] = [await queue(), await all("photos"), await get("meta", "device")];
  const left = items.filter((item) => item.state === "waiting");
  const named = new Set(left.flatMap((item) => item.photos ?? []));
  await replace({
    meta: device ? [device] : [], tasks: [], routes: [], drafts: [], positions: [], conflicts: [],
    queue: left, photos: photos.filter((photo) => named.has(photo.id)),
  });
}
