/** What only Cloudflare's runtime has, as far as the package uses it. */
declare module "cloudflare:workers" {
  export const env: Record<string, unknown>;
  export function waitUntil(promise: Promise<unknown>): void;
}
