import type { EnvReference } from "./config.js";

/** Settings for files that requests name by their addresses. */
export interface FileSettings {
  /**
   * Hosts from which files are fetched that a request names by their address and a provider does not fetch itself: `host`,
   * `host:port`, `*.domain`, or `*`. A star stands for https at its own port, and never for an address in numbers or a name of a
   * private network; what a name leads to is not looked at. Up to three redirects are followed, each to a host of the list.
   * Default: none, and nothing is fetched.
   */
  user_url_allowed_hosts?: readonly string[];
  /** The largest file that is fetched, in bytes. Default 20 MiB. Those of one request have `maxBodyBytes` of the host together, and are 16 at most. */
  user_url_max_bytes?: number | EnvReference;
}
