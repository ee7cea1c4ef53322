/** What a tenant without a single point sees: the ways in. */
export function FirstRun() {
  const url = window.location.origin;
  const sample = `curl ${url}/api/v1/ingest \\
  -H "Authorization: Bearer $FORESHOCK_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"series":[{"cluster":"prod",
       "node":"web-1","metric":"cpu_usage",
       "points":[['$(date +%s000)',42.0]]}]}'`;
  const scrape = `remote_write:
  - url: ${url}/api/v1/write
    authorization:
      credentials: <an ingest key>`;
  return (
    <main class="page" id="main">
      <h1 class="verdict">
        <span>
          <b>No data yet.</b> How to begin:
        </span>
      </h1>
      <div class="ways">
        <section class="panel">
          <h2>Connect Prometheus</h2>
          <p>Add this to its configuration; points appear within a minute.</p>
          <pre>{scrape}</pre>
        </section>
        <section class="panel">
          <h2>Send a point</h2>
          <p>
            With an ingest key from <code>foreshock keys create</code>:
          </p>
          <pre>{sample}</pre>
        </section>
        <section class="panel">
          <h2>Or look around first</h2>
          <p>
            <code>npm run demo</code> starts a fleet with known faults, no account, no Docker.
          </p>
        </section>
      </div>
    </main>
  );
}
