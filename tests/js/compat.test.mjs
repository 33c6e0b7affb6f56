/** Azure, and providers that speak OpenAI's API in their own ways, on Node and in workerd. */

import { azure } from "./cases/azure.js";
import { compat } from "./cases/compat.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ azure, compat });
