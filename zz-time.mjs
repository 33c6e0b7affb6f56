import { caseNamed } from "./benches/node/cases.mjs";
import { contender } from "./benches/node/contenders.mjs";
import * as glue from "./pkg/switchman.js";
const P = glue.Router.prototype;
const spent = new Map();
const wrap = process.argv[3] !== "off";
if (wrap) for (const n of Object.getOwnPropertyNames(P)) {
  const f = P[n]; if (n === "constructor" || typeof f !== "function" || !n.startsWith("core")) continue;
  const rec = { n: 0, t: 0 }; spent.set(n, rec);
  P[n] = function (...a) { const s = process.hrtime.bigint(); try { return f.apply(this, a); } finally { rec.t += Number(process.hrtime.bigint() - s); rec.n++; } };
}
const one = caseNamed(process.argv[2]);
const { once } = contender("router", one);
for (let i = 0; i < 6000; i++) { await once(); if (i % 16 == 0) await new Promise(setImmediate); }
for (const r of spent.values()) r.n = r.t = 0;
const N = 6000; for (let i = 0; i < N; i++) { await once(); if (i % 16 == 0) await new Promise(setImmediate); }
let s = 0, k = 0;
for (const [n, r] of [...spent].sort((a, b) => b[1].t - a[1].t)) if (r.n) { const net = r.t / N / 1000 - r.n / N * 0.06; s += net; k += r.n / N; console.log(n.padEnd(28), (r.n / N).toFixed(1), net.toFixed(2)); }
console.log("sum", s.toFixed(1), "calls", k);
